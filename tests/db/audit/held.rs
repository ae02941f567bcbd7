//! All that an audit looks at, as plain maps: read from the database and from beside the blobs, and brought from one state
//! to another by SQL that touches nothing but what differs.

use std::collections::BTreeMap;

use cadastre::db::Conn;
use cadastre::db::schema::{journal, journal_checkpoints, journal_keys, journal_nodes, journal_payloads};
use cadastre::journal::{Frontier, leaf_hash};
use cadastre::kernel::{Result, Timestamp};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryDsl, Queryable, RunQueryDsl, SqliteConnection};
use serde_json::Value;

use crate::support::databases::Database;

/// A row of the journal, without its position.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct Row {
    pub kind: String,
    pub subject: String,
    pub actor: String,
    pub space: Option<String>,
    pub at: i64,
    pub body: String,
    pub leaf: Vec<u8>,
    pub concerning: Option<String>,
    pub provided_by: Option<String>,
}

/// A payload, without its position.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct Payload {
    pub salt: Vec<u8>,
    pub text: String,
}

/// A checkpoint, without its epoch and hour.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct Noted {
    pub size: i64,
    pub note: String,
}

/// A key of the log, without its number.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct Key {
    pub epoch: i64,
    pub origin: String,
    pub vkey: String,
    pub since: i64,
}

/// What database and store hold of a journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub rows: BTreeMap<i64, Row>,
    pub payloads: BTreeMap<i64, Payload>,
    /// Roots by level and number.
    pub nodes: BTreeMap<(i64, i64), Vec<u8>>,
    /// By epoch and hour.
    pub checkpoints: BTreeMap<(i64, i64), Noted>,
    pub keys: BTreeMap<i64, Key>,
    /// What lies beside the blobs, by name.
    pub outside: BTreeMap<String, String>,
}

impl Held {
    /// The part that is in the database.
    pub fn read(conn: &mut Conn) -> Result<Self> {
        use journal::dsl::{actor, at, body, concerning, kind, leaf, position, provided_by, space, subject};
        let row = (kind, subject, actor, space, at, body, leaf, concerning, provided_by);
        let rows: Vec<(i64, Row)> = journal::table.select((position, row)).load(conn)?;
        let payload = (journal_payloads::salt, journal_payloads::payload);
        let payloads: Vec<(i64, Payload)> =
            journal_payloads::table.select((journal_payloads::position, payload)).load(conn)?;
        let node = (journal_nodes::level, journal_nodes::number);
        let nodes: Vec<((i64, i64), Vec<u8>)> =
            journal_nodes::table.select((node, journal_nodes::root)).load(conn)?;
        let (place, noted) = (
            (journal_checkpoints::epoch, journal_checkpoints::hour),
            (journal_checkpoints::size, journal_checkpoints::note),
        );
        let checkpoints: Vec<((i64, i64), Noted)> =
            journal_checkpoints::table.select((place, noted)).load(conn)?;
        let key = (journal_keys::epoch, journal_keys::origin, journal_keys::vkey, journal_keys::since);
        let keys: Vec<(i64, Key)> = journal_keys::table.select((journal_keys::number, key)).load(conn)?;
        Ok(Self {
            rows: rows.into_iter().collect(),
            payloads: payloads.into_iter().collect(),
            nodes: nodes.into_iter().collect(),
            checkpoints: checkpoints.into_iter().collect(),
            keys: keys.into_iter().collect(),
            outside: BTreeMap::new(),
        })
    }

    /// Makes leaves and nodes those of the entries that are there.
    pub fn fit_tree(&mut self) {
        let mut tree = Frontier::default();
        self.nodes.clear();
        for row in self.rows.values_mut() {
            let (last, leaf) = (tree.size(), leaf_hash(row.body.as_bytes()));
            row.leaf = leaf.as_bytes().to_vec();
            tree.push_telling(leaf, |height, root| {
                if height % 8 == 0 {
                    let place = (i64::from(height / 8), i64::try_from(last >> height).unwrap());
                    self.nodes.insert(place, root.as_bytes().to_vec());
                }
            });
        }
    }
}

impl Row {
    /// Makes the columns say what the entry says, where it can be read.
    pub fn fit_columns(&mut self) {
        let Ok(entry) = serde_json::from_str::<Value>(&self.body) else { return };
        let said = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        self.kind = said("/type").unwrap_or_default();
        self.subject = said("/subject/id").unwrap_or_default();
        self.actor = said("/actor/id").unwrap_or_default();
        self.space = said("/space");
        self.concerning = said("/concerning");
        self.provided_by = said("/provided_by");
        if let Some(at) = said("/time").and_then(|time| time.parse::<Timestamp>().ok()) {
            self.at = at.as_millis();
        }
    }
}

/// A connection of somebody who may do anything to the database, and how it writes values.
pub enum Hand {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Hand {
    pub fn of(database: &Database) -> Self {
        if database.is_postgres() {
            return Self::Postgres(PgConnection::establish(&database.address).unwrap());
        }
        let mut conn = database.sqlite_connection();
        // What is undone at once need not be on the disk.
        conn.batch_execute("PRAGMA synchronous = OFF").unwrap();
        Self::Sqlite(conn)
    }

    /// Runs statements in one transaction.
    pub fn run(&mut self, statements: &[String]) {
        let all = format!("BEGIN; {}; COMMIT", statements.join("; "));
        let outcome = match self {
            Self::Sqlite(conn) => conn.batch_execute(&all),
            Self::Postgres(conn) => conn.batch_execute(&all),
        };
        outcome.unwrap_or_else(|error| panic!("{all}: {error}"));
    }

    fn bytes(&self, bytes: &[u8]) -> String {
        let digits = hex::encode(bytes);
        match self {
            Self::Sqlite(_) => format!("x'{digits}'"),
            Self::Postgres(_) => format!("'\\x{digits}'::bytea"),
        }
    }

    /// The statements that make the database hold another state.
    pub fn statements(&self, from: &Held, to: &Held) -> Vec<String> {
        let row = |row: &Row| {
            let (space, concerning) = (maybe(row.space.as_deref()), maybe(row.concerning.as_deref()));
            let provided_by = maybe(row.provided_by.as_deref());
            let (kind, subject, actor, body) =
                (text(&row.kind), text(&row.subject), text(&row.actor), text(&row.body));
            let (at, leaf) = (row.at, self.bytes(&row.leaf));
            format!("{kind}, {subject}, {actor}, {space}, {at}, {body}, {leaf}, {concerning}, {provided_by}")
        };
        let payload = |payload: &Payload| format!("{}, {}", self.bytes(&payload.salt), text(&payload.text));
        let noted = |noted: &Noted| format!("{}, {}", noted.size, text(&noted.note));
        let key =
            |key: &Key| format!("{}, {}, {}, {}", key.epoch, text(&key.origin), text(&key.vkey), key.since);
        let one = |key: &i64| vec![*key];
        let two = |(one, two): &(i64, i64)| vec![*one, *two];
        [
            difference("journal", &["position"], &from.rows, &to.rows, one, row),
            difference("journal_payloads", &["position"], &from.payloads, &to.payloads, one, payload),
            difference("journal_nodes", &["level", "number"], &from.nodes, &to.nodes, two, |root| {
                self.bytes(root)
            }),
            difference(
                "journal_checkpoints",
                &["epoch", "hour"],
                &from.checkpoints,
                &to.checkpoints,
                two,
                noted,
            ),
            difference("journal_keys", &["number"], &from.keys, &to.keys, one, key),
        ]
        .concat()
    }
}

fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn maybe(value: Option<&str>) -> String {
    value.map_or_else(|| "NULL".to_owned(), text)
}

/// Deletes what is to be gone or different, and inserts what is to be new or different. Columns stand in the order of the
/// table, which begins with its key.
fn difference<K: Ord, V: PartialEq>(
    table: &str,
    columns: &[&str],
    from: &BTreeMap<K, V>,
    to: &BTreeMap<K, V>,
    key: impl Fn(&K) -> Vec<i64>,
    values: impl Fn(&V) -> String,
) -> Vec<String> {
    let gone = from.iter().filter(|(place, value)| to.get(place) != Some(value)).map(|(place, _)| {
        let place = columns.iter().zip(key(place)).map(|(column, value)| format!("{column} = {value}"));
        format!("DELETE FROM {table} WHERE {}", place.collect::<Vec<_>>().join(" AND "))
    });
    let new = to.iter().filter(|(place, value)| from.get(place) != Some(value)).map(|(place, value)| {
        let place: Vec<String> = key(place).iter().map(i64::to_string).collect();
        format!("INSERT INTO {table} VALUES ({}, {})", place.join(", "), values(value))
    });
    gone.chain(new).collect()
}
