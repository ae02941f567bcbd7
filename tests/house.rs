//! The house rules, held by reading the sources: who may import whom, and where each library may appear.
//!
//! Every rule is a function from sources to violations. A test per rule holds it against the house, and a test
//! beside it feeds it a source that breaks it, so that no rule can pass by being blind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "house/contract.rs"]
mod contract;
#[path = "house/source.rs"]
mod source;

use source::{Keep, Source, attributes, paths_from, words};

/// Modules by rank: each may import only from ranks above its own line.
const RANKS: [&[&str]; 11] = [
    &["kernel"],
    &["config", "db", "storage", "fetch", "http", "i18n", "web"],
    &["journal", "jobs"],
    &["identity"],
    &["spaces", "policies"],
    &["datasets"],
    &["access"],
    &["search", "interop"],
    &["harvest"],
    &["server"],
    &["cli"],
];

/// Imports between equal ranks that are right all the same: from, to, why.
const NEIGHBOURS: [(&str, &str, &str); 0] = [];

const SOURCE_LINES: usize = 450;
const TEST_LINES: usize = 600;

/// Derives that make a struct a row, and those that make it a JSON body.
const ROW: [&str; 7] = [
    "Queryable",
    "QueryableByName",
    "Selectable",
    "Insertable",
    "AsChangeset",
    "Identifiable",
    "Associations",
];
const BODY: [&str; 4] = ["Serialize", "Deserialize", "ToSchema", "IntoParams"];

/// A library and the only places it may appear in.
struct Confined {
    libraries: &'static [&'static str],
    home: &'static str,
    allows: fn(&Source) -> bool,
}

const CONFINED: [Confined; 5] = [
    Confined {
        libraries: &["diesel", "diesel_migrations"],
        home: "db/ and a domain's store.rs or store/",
        allows: |source| source.module() == Some("db") || is_store(source),
    },
    Confined {
        libraries: &["actix_web", "actix_cors", "utoipa_actix_web"],
        home: "http/, web/, server/ and a domain's api.rs, api/ or pages.rs",
        allows: |source| {
            matches!(source.module(), Some("http" | "web" | "server"))
                || source.parts()[1..].contains(&"api")
                || source.path.ends_with("/pages.rs")
        },
    },
    Confined {
        libraries: &["object_store"],
        home: "storage/",
        allows: |source| source.module() == Some("storage"),
    },
    Confined {
        libraries: &["reqwest"],
        home: "fetch/, the only outgoing client, and cli/",
        allows: |source| matches!(source.module(), Some("fetch" | "cli")),
    },
    Confined { libraries: &["tantivy"], home: "search/", allows: |source| source.module() == Some("search") },
];

type Violations = Vec<String>;

fn hold(violations: Violations) {
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

/// The rule finds exactly one violation in a source made up for it, and names its line.
fn breaks(rule: impl Fn(&[Source]) -> Violations, path: &str, text: &str, line: usize) {
    let found = rule(&[Source::new(path, text)]);
    assert_eq!(found.len(), 1, "{path} should break the rule once: {found:?}\n{text}");
    assert!(found[0].starts_with(&format!("{path}:{line}: ")), "{found:?}");
}

fn keeps(rule: impl Fn(&[Source]) -> Violations, path: &str, text: &str) {
    assert_eq!(rule(&[Source::new(path, text)]), Violations::new(), "{text}");
}

fn is_store(source: &Source) -> bool {
    source.parts()[1..].contains(&"store")
}

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().position(|modules| modules.contains(&module))
}

/// Paths into the crate that a source names, with the offset of each.
fn imports(source: &Source) -> Vec<(usize, Vec<String>)> {
    paths_from(&source.only(Keep::Code), "crate")
}

// Rank

fn imports_only_lower_ranks(sources: &[Source]) -> Violations {
    let mut violations = Violations::new();
    for source in sources {
        let Some(module) = source.module() else { continue };
        let Some(own) = rank(module) else {
            violations
                .push(format!("{}:1: `{module}` has no rank; give it one in tests/house.rs", source.path));
            continue;
        };
        for (at, path) in imports(source) {
            let other = path[0].as_str();
            let allowed = other == module
                || rank(other).is_some_and(|other| other < own)
                || NEIGHBOURS.iter().any(|(from, to, _)| (*from, *to) == (module, other));
            if !allowed {
                violations.push(format!(
                    "{}: `{module}` (rank {own}) imports `{}`, which is not of a lower rank; turn the call round: \
                     a trait that `{module}` defines and the higher module implements, or the journal",
                    source.place(at),
                    path.join("::")
                ));
            }
        }
    }
    violations
}

#[test]
fn modules_import_only_from_lower_ranks() {
    hold(imports_only_lower_ranks(&Source::below("src")));
}

#[test]
fn an_import_from_above_is_found() {
    let rule = imports_only_lower_ranks;
    breaks(rule, "src/db/pool.rs", "//! x\nuse crate::journal::append;\n", 2);
    breaks(
        rule,
        "src/identity/people.rs",
        "use crate::kernel::Ctx;\n\nuse crate::{db::Db, access::Grant};",
        3,
    );
    breaks(rule, "src/spaces/service.rs", "fn f() {\n    crate::policies::parse();\n}", 2);
    breaks(rule, "src/storage/mod.rs", "use crate::http::problem;", 1);
    breaks(rule, "src/kernel/mod.rs", "fn f() { crate::*; }", 1);
    breaks(rule, "src/gadgets/mod.rs", "//! Unknown to the list of ranks.", 1);
    keeps(rule, "src/cli/mod.rs", "use crate::{server, kernel::{Ctx, Error}, cli::push};");
    keeps(rule, "src/db/pool.rs", "// use crate::journal;\nlet text = \"crate::server\";");
}

/// `super` must not climb out of a module to the top, past the rule above.
fn super_stays_inside(sources: &[Source]) -> Violations {
    let mut violations = Violations::new();
    for source in sources.iter().filter(|source| source.module().is_some()) {
        let code = source.only(Keep::Code);
        let mut path = source.parts();
        path.retain(|part| *part != "mod");
        let depth = path.len() - 1;
        for (at, climbed) in paths_from(&code, "super") {
            let continues_a_chain = code[..at].trim_end().ends_with("::");
            let chain = 1 + climbed.iter().take_while(|part| *part == "super").count();
            if !continues_a_chain && chain >= depth + inline_modules_around(&code, at) {
                violations.push(format!(
                    "{}: `super` climbs to the top of the crate; write the path from `crate::`",
                    source.place(at)
                ));
            }
        }
    }
    violations
}

/// How many `mod name { … }` a place lies in.
fn inline_modules_around(code: &str, place: usize) -> usize {
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ' ');
    let still_open = |at: &usize| {
        let Some(body) = code[at + "mod".len()..place].trim_start_matches(is_name).strip_prefix('{') else {
            return false;
        };
        let mut depth = 1;
        body.chars().all(|letter| {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            depth > 0
        })
    };
    words(&code[..place], "mod").filter(still_open).count()
}

#[test]
fn super_does_not_leave_the_module() {
    hold(super_stays_inside(&Source::below("src")));
}

#[test]
fn a_super_that_leaves_the_module_is_found() {
    let rule = super_stays_inside;
    breaks(rule, "src/db/mod.rs", "//! x\nuse super::journal;", 2);
    breaks(rule, "src/identity/people.rs", "use super::super::server;", 1);
    breaks(rule, "src/identity/people.rs", "mod a {\n use super::store;\n}\nuse super::super::cli;", 4);
    keeps(
        rule,
        "src/identity/people.rs",
        "use super::store;\nmod tests {\n use super::super::store;\n use super::*;\n}",
    );
    keeps(rule, "src/datasets/files/model.rs", "use super::super::record;");
}

// Doors

/// Another domain is entered by what its `mod.rs` offers; its stores by nobody, its API and pages by the server
/// alone. That a module is private where `mod.rs` says so, the compiler sees to.
fn domains_are_entered_by_the_door(sources: &[Source]) -> Violations {
    let mut violations = Violations::new();
    for source in sources {
        let code = source.only(Keep::Code);
        for opened in ["pub mod store", "pub(crate) mod store", "pub(super) mod store"] {
            violations.extend(code.match_indices(opened).map(|(at, _)| {
                format!("{}: a store is private to its domain; write `mod store;`", source.place(at))
            }));
        }
        let module = source.module();
        for (at, path) in imports(source) {
            if module == Some(path[0].as_str()) || path[0] == "db" {
                continue;
            }
            let closed = path[1..].iter().find(|part| match part.as_str() {
                "store" => path[0] != "storage",
                "api" | "pages" => module != Some("server"),
                _ => false,
            });
            if let Some(part) = closed {
                violations.push(format!(
                    "{}: `{}` goes past the door of `{}`: use what its mod.rs re-exports, not its `{part}`",
                    source.place(at),
                    path.join("::"),
                    path[0]
                ));
            }
        }
    }
    violations
}

#[test]
fn domains_are_entered_by_what_they_re_export() {
    hold(domains_are_entered_by_the_door(&Source::below("src")));
}

#[test]
fn a_way_past_the_door_is_found() {
    let rule = domains_are_entered_by_the_door;
    breaks(rule, "src/access/submit.rs", "//! x\nuse crate::datasets::store::find;", 2);
    breaks(rule, "src/access/submit.rs", "use crate::datasets::{Dataset, files::store};", 1);
    breaks(rule, "src/access/api.rs", "use crate::identity::api::routes;", 1);
    breaks(rule, "src/datasets/mod.rs", "pub mod store;", 1);
    keeps(rule, "src/server/routes.rs", "use crate::identity::api::routes;");
    keeps(
        rule,
        "src/datasets/list.rs",
        "use crate::datasets::store::find;\nuse crate::db::schema::datasets;",
    );
}

// Confinement

fn libraries_stay_at_home(sources: &[Source]) -> Violations {
    let mut violations = Violations::new();
    for source in sources {
        let code = source.only(Keep::Code);
        for confined in CONFINED.iter().filter(|confined| !(confined.allows)(source)) {
            for library in confined.libraries {
                for at in words(&code, library) {
                    let used = code[at + library.len()..].trim_start().starts_with("::");
                    let attribute = code[..at].ends_with("#[");
                    let imported = code[..at].trim_end().ends_with("use");
                    if used || imported || attribute {
                        violations.push(format!(
                            "{}: `{library}` appears only in {}; move this there and call it",
                            source.place(at),
                            confined.home
                        ));
                    }
                }
            }
        }
    }
    violations
}

#[test]
fn each_library_stays_where_it_belongs() {
    hold(libraries_stay_at_home(&Source::below("src")));
}

#[test]
fn a_library_out_of_place_is_found() {
    let rule = libraries_stay_at_home;
    breaks(rule, "src/identity/people.rs", "//! x\n\nuse diesel::prelude::*;", 3);
    breaks(rule, "src/identity/model.rs", "#[diesel(table_name = people)]\nstruct P;", 1);
    breaks(rule, "src/server/mod.rs", "diesel_migrations::embed_migrations!();", 1);
    breaks(rule, "src/identity/people.rs", "fn f() -> actix_web::HttpResponse {}", 1);
    breaks(rule, "src/datasets/upload.rs", "use actix_cors as cors;", 1);
    breaks(rule, "src/datasets/files/put.rs", "use object_store::{path::Path, ObjectStore};", 1);
    breaks(rule, "src/datasets/list.rs", "let index: tantivy::Index;", 1);
    breaks(rule, "src/journal/witness.rs", "let client = reqwest::Client::new();", 1);
    keeps(rule, "src/datasets/versions/store.rs", "use diesel::prelude::*;");
    keeps(rule, "src/identity/store/people.rs", "use diesel::prelude::*;");
    keeps(rule, "src/datasets/files/api/get.rs", "use actix_web::web;");
    keeps(rule, "src/identity/mod.rs", "//! Not `diesel::` here.\nlet diesel = \"object_store::\";");
}

// Shapes

fn no_row_is_a_body(sources: &[Source]) -> Violations {
    let mut violations = Violations::new();
    for source in sources {
        for (at, run) in attributes(&source.only(Keep::Code)) {
            let derived = |names: &[&'static str]| {
                names.iter().copied().find(|name| words(&run, name).next().is_some())
            };
            if let (true, Some(row), Some(body)) = (run.contains("derive"), derived(&ROW), derived(&BODY)) {
                violations.push(format!(
                    "{}: derives {row} and {body}: a database row is never a JSON body; make a second type in \
                     model.rs or api.rs and convert",
                    source.place(at)
                ));
            }
        }
    }
    violations
}

#[test]
fn no_struct_is_both_row_and_body() {
    hold(no_row_is_a_body(&Source::below("src")));
}

#[test]
fn a_row_that_is_a_body_is_found() {
    let rule = no_row_is_a_body;
    breaks(rule, "src/a/store.rs", "struct A;\n#[derive(Queryable, Serialize)]\nstruct B;", 2);
    breaks(
        rule,
        "src/a/store.rs",
        "#[derive(diesel::Insertable)]\n#[derive(\n  utoipa::ToSchema\n)]\nstruct B;",
        1,
    );
    keeps(rule, "src/a/store.rs", "#[derive(Queryable)]\nstruct A;\n#[derive(Serialize)]\nstruct B;");
}

fn names_in_the_contract_are_of_one_type(sources: &[Source]) -> Violations {
    let mut known = std::collections::BTreeMap::new();
    let mut violations = Violations::new();
    for (name, place) in sources.iter().flat_map(contract::described) {
        if let Some(other) = known.insert(name.clone(), place.clone()) {
            violations.push(format!(
                "{place}: {name} is a type of {other} too, and the contract knows types by name: say `#[schema(as = …)]`"
            ));
        }
    }
    violations
}

#[test]
fn the_contract_has_no_name_twice() {
    hold(names_in_the_contract_are_of_one_type(&Source::below("src")));
}

#[test]
fn a_name_that_is_there_twice_is_found() {
    let rule = names_in_the_contract_are_of_one_type;
    let listed =
        "vocabulary! {\n    A {\n        B = \"b\",\n    }\n}\ntext_enum! {\n    pub enum A {\n    }\n}";
    breaks(rule, "src/a/model.rs", listed, 1);
    breaks(
        rule,
        "src/a/model.rs",
        "#[derive(ToSchema)]\nstruct A;\n#[derive(utoipa::ToSchema)]\npub enum A {}",
        3,
    );
    keeps(rule, "src/a/model.rs", &listed.replace("    A {", "    #[schema(as = C)]\n    A {"));
    keeps(
        rule,
        "src/a/model.rs",
        "#[derive(ToSchema)]\n#[schema(as = B)]\nstruct A;\n#[derive(ToSchema)]\nstruct A;",
    );
}

fn stores_leave_transactions_alone(sources: &[Source]) -> Violations {
    const CALLS: [&str; 7] = [
        "batch_execute",
        "transaction",
        "immediate_transaction",
        "exclusive_transaction",
        "build_transaction",
        "test_transaction",
        "begin_test_transaction",
    ];
    const SQL: [&str; 5] = ["COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA", "BEGIN"];
    let mut violations = Violations::new();
    for source in sources.iter().filter(|source| source.module() != Some("db") && is_store(source)) {
        let code = source.only(Keep::Code);
        let texts = source.only(Keep::CodeAndTexts).to_uppercase();
        let calls = CALLS.iter().flat_map(|word| words(&code, word).map(move |at| (at, *word)));
        let sql = SQL.iter().flat_map(|word| words(&texts, word).map(move |at| (at, *word)));
        // What is blank in the code and not in the texts stands inside a text.
        let sql = sql.filter(|(at, word)| code[*at..at + word.len()].trim().is_empty());
        violations.extend(calls.chain(sql).map(|(at, word)| {
            format!(
                "{}: `{word}` in a store: the writer alone begins and ends transactions; to try something inside \
                 a write, use Tx::attempt",
                source.place(at)
            )
        }));
    }
    violations
}

#[test]
fn stores_have_no_transaction_words() {
    hold(stores_leave_transactions_alone(&Source::below("src")));
}

#[test]
fn a_transaction_word_in_a_store_is_found() {
    let rule = stores_leave_transactions_alone;
    breaks(rule, "src/a/store.rs", "//! x\nconn.batch_execute(sql)?;", 2);
    breaks(rule, "src/a/store/b.rs", "conn.transaction(|conn| Ok(()))", 1);
    breaks(rule, "src/a/store.rs", "sql_query(\"commit\").execute(conn)", 1);
    breaks(rule, "src/a/store.rs", "sql_query(r#\"INSERT OR ROLLBACK INTO x\"#)", 1);
    breaks(rule, "src/a/store.rs", "sql_query(\"PRAGMA synchronous = OFF\")", 1);
    keeps(rule, "src/db/store.rs", "conn.batch_execute(\"COMMIT\")");
    keeps(rule, "src/a/store.rs", "// before the commit\nfn begin(commitment: &str) {}");
}

// Files

fn files_say_what_they_are_for(sources: &[Source]) -> Violations {
    let silent =
        |source: &&Source| source.text.strip_prefix("//! ").is_none_or(|text| text.trim_start().is_empty());
    let advice = "begin with a `//!` line that says what the file is for";
    sources.iter().filter(silent).map(|source| format!("{}:1: {advice}", source.path)).collect()
}

#[test]
fn every_file_says_what_it_is_for() {
    hold(files_say_what_they_are_for(&Source::below("src")));
    hold(files_say_what_they_are_for(&Source::below("tests")));
}

#[test]
fn a_file_without_its_story_is_found() {
    breaks(files_say_what_they_are_for, "src/a/mod.rs", "mod b;\n//! late", 1);
    breaks(files_say_what_they_are_for, "src/a/mod.rs", "", 1);
}

fn files_stay_short(limit: usize) -> impl Fn(&[Source]) -> Violations {
    move |sources| {
        let lines = |source: &Source| source.text.lines().count();
        sources
            .iter()
            .filter(|source| lines(source) > limit)
            .map(|source| {
                format!(
                    "{}:{}: the file has {} lines, {limit} are allowed; split it by concern",
                    source.path,
                    limit + 1,
                    lines(source)
                )
            })
            .collect()
    }
}

#[test]
fn every_file_is_short_enough_to_read() {
    hold(files_stay_short(SOURCE_LINES)(&Source::below("src")));
    hold(files_stay_short(TEST_LINES)(&Source::below("tests")));
}

#[test]
fn a_long_file_is_found() {
    let rule = files_stay_short(SOURCE_LINES);
    breaks(&rule, "src/a/mod.rs", &"\n".repeat(SOURCE_LINES + 1), SOURCE_LINES + 1);
    keeps(&rule, "src/a/mod.rs", &"\n".repeat(SOURCE_LINES));
}

fn ignored_tests_say_why(sources: &[Source]) -> Violations {
    let mut violations = Violations::new();
    for source in sources {
        for (at, _) in source.only(Keep::Code).match_indices("#[ignore]") {
            violations.push(format!("{}: say why: #[ignore = \"…\"], or let the test run", source.place(at)));
        }
    }
    violations
}

#[test]
fn no_test_is_ignored_without_a_reason() {
    hold(ignored_tests_say_why(&Source::below("src")));
    hold(ignored_tests_say_why(&Source::below("tests")));
}

#[test]
fn an_ignored_test_without_a_reason_is_found() {
    breaks(ignored_tests_say_why, "tests/a.rs", "#[test]\n#[ignore]\nfn f() {}", 2);
    keeps(ignored_tests_say_why, "tests/a.rs", "#[test]\n#[ignore = \"a child process\"]\nfn f() {}");
}

// The manifest

fn panics_unwind(manifest: &str) -> bool {
    let manifest: toml::Table = manifest.parse().unwrap();
    let panic = manifest.get("profile").and_then(|it| it.get("release")).and_then(|it| it.get("panic"));
    panic.and_then(toml::Value::as_str) == Some("unwind")
}

#[test]
fn a_panicking_write_cannot_end_the_service() {
    let manifest = include_str!("../Cargo.toml");
    assert!(
        panics_unwind(manifest),
        "Cargo.toml: [profile.release] keeps panic = \"unwind\": the writer catches panics"
    );
    assert!(!panics_unwind(&manifest.replace("panic = \"unwind\"", "panic = \"abort\"")));
    assert!(!panics_unwind(&manifest.replace("panic = \"unwind\"", "")));
}

/// What happens to a dataset, a request or a grant says whose dataset it is: the publishers there may see it. A seal of the
/// account is over the deliveries of everybody.
fn events_name_the_provider(sources: &[Source]) -> Violations {
    let mut violations = Violations::new();
    let told = |source: &&Source| matches!(source.module(), Some("datasets" | "access"));
    for source in sources.iter().filter(told) {
        let code = source.only(Keep::Code);
        for (at, event) in code.match_indices("Event::new(") {
            let statement = code[at..].split([';', '}']).next().unwrap_or_default();
            if !statement.contains(".provided_by(") && !statement.starts_with(&format!("{event}SEALED")) {
                violations.push(format!(
                    "{}: an event without `.provided_by(…)`: its publishers would not see it",
                    source.place(at)
                ));
            }
        }
    }
    violations
}

#[test]
fn every_event_of_a_dataset_names_its_provider() {
    hold(events_name_the_provider(&Source::below("src")));
}

#[test]
fn an_event_without_its_provider_is_found() {
    let rule = events_name_the_provider;
    breaks(rule, "src/access/submit.rs", "//! x\nlet event = Event::new(kind, &id).in_space(&space);", 2);
    keeps(
        rule,
        "src/access/submit.rs",
        "Event::new(kind, &id)\n    .provided_by(&provider)\n    .fact(\"a\", 1)",
    );
    keeps(rule, "src/access/seal.rs", "let event = Event::new(SEALED, first.id()).fact(\"count\", 1);");
    keeps(rule, "src/identity/people.rs", "Event::new(\"person.created\", &person.id)");
}
