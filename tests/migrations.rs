//! The schema: the same on SQLite, on PostgreSQL and in `src/db/schema/`; up and down; and who may open it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "in a test, a panic is the report")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;

use cadastre::db::{MigrationState, check_migrations, migrate, revert_all};
use cadastre::journal::{Event, append};
use cadastre::kernel::{Ctx, Kind, Timestamp};
use support::databases::Database;

/// What a database consists of, one line each, in words that both databases share.
type Shape = BTreeSet<String>;

/// The columns of a SQLite key or index in order, as one text.
const SQLITE_SHAPE: [&str; 4] = [
    "SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || CASE c.\"notnull\" WHEN 0 THEN ' null' ELSE '' END
     FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'",
    "SELECT 'key ' || t.name || ' (' || (SELECT group_concat(name, ', ') FROM
       (SELECT name FROM pragma_table_info(t.name) WHERE pk > 0 ORDER BY pk)) || ')'
     FROM sqlite_schema t WHERE t.type = 'table'",
    "SELECT CASE i.\"unique\" WHEN 1 THEN 'unique ' ELSE 'index ' END || t.name || ' (' || (SELECT group_concat(name, ', ')
       FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')'
     FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin <> 'pk'",
    "SELECT 'reference ' || t.name || '.' || f.\"from\" || ' to ' || f.\"table\" || '.' || f.\"to\"
     FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
];

const POSTGRES_SHAPE: [&str; 3] = [
    "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type ||
       CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END
     FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT CASE WHEN i.indisprimary THEN 'key ' WHEN i.indisunique THEN 'unique ' ELSE 'index ' END || t.relname ||
       ' (' || string_agg(a.attname, ', ' ORDER BY k.place) || ')'
     FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (number, place)
       JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
     WHERE t.relnamespace = 'public'::regnamespace GROUP BY i.indexrelid, i.indisprimary, i.indisunique, t.relname",
    "SELECT 'reference ' || t.relname || '.' || a.attname || ' to ' || f.relname || '.' || b.attname
     FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
       CROSS JOIN unnest(c.conkey, c.confkey) AS k (here, there)
       JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.here
       JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = k.there
     WHERE c.contype = 'f' AND t.relnamespace = 'public'::regnamespace",
];

/// Types as each database calls them, and as `src/db/schema/` does.
const TYPES: [(&str, &str); 9] = [
    ("BIGINT", "BigInt"),
    ("INTEGER", "BigInt"),
    ("bigint", "BigInt"),
    ("TEXT", "Text"),
    ("text", "Text"),
    ("BLOB", "Binary"),
    ("bytea", "Binary"),
    ("BOOLEAN", "Bool"),
    ("boolean", "Bool"),
];

fn shape_of(database: &Database) -> Shape {
    let queries: &[&str] = if database.is_postgres() { &POSTGRES_SHAPE } else { &SQLITE_SHAPE };
    let lines = queries.iter().flat_map(|sql| database.query(sql));
    lines
        .filter(|line| !line.contains("__diesel_schema_migrations"))
        .map(|line| in_house_types(&line))
        .collect()
}

fn in_house_types(line: &str) -> String {
    let Some(column) = line.strip_prefix("column ") else { return line.to_owned() };
    let (name, rest) = column.split_once(' ').unwrap();
    let (kind, null) = rest.strip_suffix(" null").map_or((rest, ""), |kind| (kind, " null"));
    let known = TYPES.iter().find(|(theirs, _)| *theirs == kind);
    let (_, ours) = known.unwrap_or_else(|| panic!("{line}: use BIGINT, TEXT, BLOB/BYTEA or BOOLEAN"));
    format!("column {name} {ours}{null}")
}

/// Columns and primary keys, as `src/db/schema/` states them.
fn shape_of_text(text: &str) -> Shape {
    let mut shape = Shape::new();
    for table in text.split("diesel::table! {").skip(1) {
        let (head, body) = table.split_once('{').unwrap();
        let (name, key) = head.trim().split_once(' ').unwrap();
        shape.insert(format!("key {name} {}", key.trim()));
        let columns = body.split_once('}').unwrap().0;
        for (column, kind) in
            columns.lines().filter_map(|line| line.trim().trim_end_matches(',').split_once(" -> "))
        {
            let nullable = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            let kind = nullable.map_or_else(|| kind.to_owned(), |kind| format!("{kind} null"));
            shape.insert(format!("column {name}.{column} {kind}"));
        }
    }
    shape
}

fn assert_same(left: (&str, &Shape), right: (&str, &Shape)) {
    let only = |one: &Shape, other: &Shape| one.difference(other).cloned().collect::<Vec<_>>().join("\n  ");
    assert!(
        left.1 == right.1,
        "only in {}:\n  {}\nonly in {}:\n  {}",
        left.0,
        only(left.1, right.1),
        right.0,
        only(right.1, left.1)
    );
}

#[test]
fn both_folders_hold_the_same_migrations() {
    let files = |folder: &str| {
        let mut found = BTreeSet::new();
        for migration in
            fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder)).unwrap()
        {
            let migration = migration.unwrap();
            for file in fs::read_dir(migration.path()).unwrap() {
                found.insert(format!(
                    "{}/{}",
                    migration.file_name().display(),
                    file.unwrap().file_name().display()
                ));
            }
        }
        found
    };
    let (sqlite, postgres) = (files("sqlite"), files("postgres"));
    assert!(sqlite.iter().any(|name| name.ends_with("/down.sql")), "{sqlite:?}");
    assert_same(("sqlite", &sqlite), ("postgres", &postgres));
}

#[test]
fn both_databases_and_the_code_have_the_same_shape() {
    let (sqlite, postgres) = (shape_of(&Database::sqlite()), shape_of(&Database::postgres()));
    for expected in [
        "column journal.space Text null",
        "key memberships (organisation_id, person_id)",
        "unique datasets (organisation_id, name)",
        "index journal (subject, position)",
        "reference memberships.person_id to people.id",
    ] {
        assert!(
            sqlite.contains(expected),
            "{expected} is missing: the queries look past something: {sqlite:#?}"
        );
    }
    assert_same(("SQLite", &sqlite), ("PostgreSQL", &postgres));
    let stated = |line: &String| line.starts_with("column ") || line.starts_with("key ");
    let sqlite: Shape = sqlite.into_iter().filter(stated).collect();
    let text = concat!(
        include_str!("../src/db/schema/access.rs"),
        include_str!("../src/db/schema/background.rs"),
        include_str!("../src/db/schema/catalogue.rs"),
        include_str!("../src/db/schema/harvest.rs"),
        include_str!("../src/db/schema/identity.rs"),
        include_str!("../src/db/schema/log.rs"),
    );
    let code = shape_of_text(text);
    assert_same(("the databases", &sqlite), ("src/db/schema/", &code));
}

#[test]
fn the_way_down_leads_to_nothing_and_up_again() {
    for database in [Database::empty_sqlite(), Database::empty_postgres()] {
        let applied = migrate(&database.url).unwrap();
        assert!(applied.len() >= 8, "{applied:?}");
        let first = shape_of(&database);
        assert_eq!(migrate(&database.url).unwrap(), Vec::<String>::new(), "nothing is left to do");

        revert_all(&database.url).unwrap();
        assert_eq!(shape_of(&database), Shape::new());
        let leftovers = if database.is_postgres() {
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        } else {
            "SELECT name FROM sqlite_schema WHERE name NOT LIKE '%diesel_schema_migrations%'"
        };
        assert_eq!(database.query(leftovers), Vec::<String>::new());

        assert_eq!(migrate(&database.url).unwrap(), applied);
        assert_same(("the first time", &first), ("the second time", &shape_of(&database)));
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    for database in [Database::sqlite(), Database::postgres()] {
        database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')");
        assert_eq!(
            check_migrations(&database.url).unwrap(),
            MigrationState::Newer(vec!["29991231000001".to_owned()])
        );
        for refusal in [database.try_open().err().unwrap(), migrate(&database.url).unwrap_err()] {
            assert_eq!((refusal.kind(), refusal.code()), (Kind::Conflict, "database_newer"));
            assert!(refusal.detail().contains("29991231000001"), "{refusal}");
        }
    }
}

#[test]
fn a_database_that_is_behind_is_refused_with_the_command_that_helps() {
    for database in [Database::empty_sqlite(), Database::empty_postgres()] {
        let refusal = database.try_open().err().unwrap();
        assert_eq!(refusal.code(), "migrations_pending");

        migrate(&database.url).unwrap();
        assert!(database.try_open().is_ok());
        database.execute(
            "DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)",
        );
        let refusal = database.try_open().err().unwrap();
        assert_eq!(refusal.code(), "migrations_pending");
        assert!(refusal.detail().contains("`cadastre admin migrate`"), "{refusal}");
        assert!(refusal.detail().starts_with("1 migration"), "{refusal}");
    }
}

#[test]
fn looking_does_not_change_an_empty_database() {
    for database in [Database::empty_sqlite(), Database::empty_postgres()] {
        assert!(matches!(check_migrations(&database.url).unwrap(), MigrationState::Behind(_)));
        let tables = if database.is_postgres() {
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        } else {
            "SELECT name FROM sqlite_schema"
        };
        assert_eq!(database.query(tables), Vec::<String>::new());
    }
}

#[test]
fn migrating_from_several_replicas_at_once_is_harmless() {
    const REPLICAS: usize = 6;
    for round in 0..3 {
        for database in [Database::empty_sqlite(), Database::empty_postgres()] {
            let start = Arc::new(Barrier::new(REPLICAS));
            let replicas = (0..REPLICAS).map(|_| {
                let (start, url) = (start.clone(), database.url.clone());
                thread::spawn(move || {
                    start.wait();
                    migrate(&url)
                })
            });
            let replicas: Vec<_> = replicas.collect();
            let applied: Vec<_> = replicas.into_iter().map(|replica| replica.join().unwrap()).collect();
            for outcome in &applied {
                assert!(outcome.is_ok(), "round {round}, {}: {outcome:?}", database.url);
            }
            let at_work =
                applied.iter().filter(|applied| applied.as_ref().is_ok_and(|names| !names.is_empty()));
            assert_eq!(at_work.count(), 1, "one replica does all of it: {applied:?}");
            assert_eq!(check_migrations(&database.url).unwrap(), MigrationState::Current);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_journal_can_be_changed() {
    for database in [Database::sqlite(), Database::postgres()] {
        let db = database.open();
        let ctx = Ctx::anonymous(Timestamp::from_millis(0), "test");
        db.write("append", move |tx| append(tx, &ctx, Event::new("test.done", "one"))).await.unwrap();

        let mut attempts = vec![
            "UPDATE journal SET subject = 'two'",
            "UPDATE journal SET position = 7",
            "DELETE FROM journal",
            "DELETE FROM journal WHERE position = 0",
        ];
        attempts.push(if database.is_postgres() {
            "TRUNCATE journal"
        } else {
            "REPLACE INTO journal SELECT position, kind, 'two', actor, space, at, body, leaf, concerning, provided_by FROM journal"
        });
        for attempt in attempts {
            let refusal = database.try_execute(attempt).expect_err(attempt);
            assert!(refusal.contains("the journal is append-only"), "{attempt}: {refusal}");
        }
        assert_eq!(database.query("SELECT subject FROM journal"), ["one"]);
    }
}

#[test]
fn the_account_of_deliveries_only_grows_and_is_sealed_once() {
    for database in [Database::sqlite(), Database::postgres()] {
        for sql in [
            "INSERT INTO deliveries (id, at, dataset_id, version_id, path, bytes, way) VALUES ('dl_1', 0, 'ds', 'vr', 'a', 7, 'open')",
            "INSERT INTO delivery_cuts (delivery_id, bytes, at) VALUES ('dl_1', 3, 1)",
        ] {
            database.execute(sql);
        }
        let refused = |attempt: &str| {
            let refusal = database.try_execute(attempt).expect_err(attempt);
            assert!(refusal.contains("the account of deliveries is append-only"), "{attempt}: {refusal}");
        };
        for attempt in [
            "UPDATE deliveries SET bytes = 3",
            "UPDATE deliveries SET seal = 5, seal_index = 0, person_id = 'pe_1'",
            "UPDATE delivery_cuts SET bytes = 2",
            "DELETE FROM delivery_cuts",
        ] {
            refused(attempt);
        }
        for table in ["deliveries", "delivery_cuts"] {
            database.execute(&format!("UPDATE {table} SET seal = 5, seal_index = 0"));
            refused(&format!("UPDATE {table} SET seal = 6"));
            refused(&format!("UPDATE {table} SET seal = NULL"));
        }
        database.try_execute("DELETE FROM deliveries").expect_err("deleting a delivery");
        if database.is_postgres() {
            refused("TRUNCATE deliveries, delivery_cuts");
        }
        let rows =
            "SELECT d.bytes || ' ' || c.bytes FROM deliveries d JOIN delivery_cuts c ON c.delivery_id = d.id";
        assert_eq!(database.query(rows), ["7 3"]);
    }
}

/// What the migration in this folder, and those before it, make of an empty database.
fn up_to(database: &Database, last: &str) {
    let folder = if database.is_postgres() { "postgres" } else { "sqlite" };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    let mut found: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    for migration in found.iter().filter(|path| path.file_name().unwrap().to_str().unwrap() <= last) {
        database.execute(&fs::read_to_string(migration.join("up.sql")).unwrap());
    }
}

#[test]
fn deliveries_of_before_count_and_come_back_on_the_way_down() {
    for database in [Database::empty_sqlite(), Database::empty_postgres()] {
        up_to(&database, "2026-11-22-000007_access");
        for (id, grant, path, bytes) in [
            ("dl_1", "'gr_1'", "a.csv", 7),
            ("dl_2", "'gr_1'", "a.csv", 3),
            ("dl_3", "'gr_1'", "empty.csv", 0),
            ("dl_4", "'gr_1'", "empty.csv", 0),
            ("dl_5", "NULL", "a.csv", 7),
        ] {
            database.execute(&format!(
                "INSERT INTO deliveries (id, at, grant_id, dataset_id, version_id, path, bytes, way)
                 VALUES ('{id}', 0, {grant}, 'ds', 'vr', '{path}', {bytes}, 'grant')"
            ));
        }
        let wanted = "2026-11-26-000009_deliveries";
        let sql = |file: &str| {
            let folder = if database.is_postgres() { "postgres" } else { "sqlite" };
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            fs::read_to_string(root.join(wanted).join(file)).unwrap()
        };
        // What the file belongs to does not matter here.
        let alone = if database.is_postgres() {
            "ALTER TABLE files DROP CONSTRAINT files_version_id_fkey;"
        } else {
            "PRAGMA foreign_keys = OFF;"
        };
        database.execute(&format!(
            "{alone} INSERT INTO files (version_id, path, case_key, size, media_type, sample, held, updated_at)
             VALUES ('vr', 'empty.csv', 'empty.csv', 0, 'text/csv', FALSE, TRUE, 0)"
        ));
        database.execute(&sql("up.sql"));
        let usage = "SELECT grant_id || ' ' || path || ' ' || bytes FROM grant_usage ORDER BY path";
        assert_eq!(database.query(usage), ["gr_1 a.csv 10", "gr_1 empty.csv 2"]);

        database.execute("INSERT INTO delivery_cuts (delivery_id, bytes, at) VALUES ('dl_1', 2, 9)");
        database.execute(&sql("down.sql"));
        let bytes = "SELECT id || ' ' || bytes FROM deliveries ORDER BY id";
        assert_eq!(database.query(bytes), ["dl_1 2", "dl_2 3", "dl_3 0", "dl_4 0", "dl_5 7"]);
    }
}
