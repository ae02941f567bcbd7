//! Thousands of ways to tamper with a journal in its database, each of which the audit must find.

use std::collections::{BTreeMap, BTreeSet};

use cadastre::config::LogKey;
use cadastre::journal::tlog::{Note, Signer, cosign};
use cadastre::journal::{complete_words, erase_words, find_words, open_epoch, rotate_log_key};
use cadastre::kernel::{Caller, Ctx, ExposeSecret, PersonId, Principal};

use super::dice::Dice;
use super::held::{Hand, Held};
use super::signed::WITNESS;
use super::*;

on_every_database! {
    what_is_tampered_with_is_found
    what_is_tampered_with_in_a_tree_with_nodes_is_found
}

const SEED: u64 = 0x0c2d_a57e_2026_1127;

/// A name, and what it does; it may come to nothing.
pub type Way = (&'static str, fn(&mut Held, &mut Dice));

/// Where the newest checkpoint lies beside the blobs.
const CHECKPOINTS: &str = "checkpoints";
const HOUR_MILLIS: i64 = 3_600_000;

fn at_hour(hour: i64) -> Timestamp {
    Timestamp::from_millis((498_611 + hour) * HOUR_MILLIS)
}

fn witness() -> Signer {
    Signer::from_seed(WITNESS, [40; 32]).unwrap()
}

fn ctx_of(person: &PersonId, at: Timestamp) -> Ctx {
    let principal = Principal {
        person: person.clone(),
        name: "Ada".into(),
        admin: false,
        auditor: false,
        organisations: BTreeMap::new(),
        space_roles: BTreeMap::new(),
        spaces: Default::default(),
        scopes: Default::default(),
        only_space: None,
        token: None,
        environment: None,
    };
    Ctx { caller: Caller::Person(Arc::new(principal)), ..Ctx::anonymous(at, "test") }
}

impl Journal {
    /// Entries that differ in everything in which entries can: made by this person or by nobody, in a space or in none.
    async fn append_all_sorts(&self, count: usize, person: &PersonId, hour: i64) {
        const KINDS: [&str; 5] = [
            "dataset.registered",
            "request.submitted",
            "request.approved",
            "grant.issued",
            "version.published",
        ];
        let person = person.clone();
        let write = move |tx: &mut cadastre::db::Tx<'_>| {
            for number in 0..count {
                let now = at_hour(hour).plus(Duration::from_millis(number as u64 * 1_234));
                let ctx = if number % 3 == 0 { Ctx::anonymous(now, "test") } else { ctx_of(&person, now) };
                let mut event = Event::new(KINDS[number % KINDS.len()], format!("th_{hour}_{number}"));
                if number % 4 != 1 {
                    event = event.in_space(&["health", "mobility"][number % 2].parse()?);
                }
                if number % 3 != 2 {
                    event = event.concerning(&OrganisationId::generate());
                }
                if number % 5 != 3 {
                    event = event.provided_by(&OrganisationId::generate());
                }
                if number % 2 == 0 {
                    event = event.fact("revision", number).fact("state", "open");
                }
                if number % 3 != 0 {
                    event = event
                        .payload(json!({ "reason": format!("Gusts at pier {number} 'ü'"), "of": [number] }));
                }
                append(tx, &ctx, event)?;
            }
            Ok(())
        };
        self.db.write("append", write).await.unwrap();
    }

    /// Erases what this person said.
    async fn erase(&self, person: &PersonId, hour: i64) {
        let (person, login): (_, Slug) = (person.clone(), "ada".parse().unwrap());
        let (looked_for, known_as) = (person.clone(), login.clone());
        let find = move |conn: &mut cadastre::db::Conn| find_words(conn, &looked_for, &known_as);
        let mut words = self.db.read(find).await.unwrap();
        let write = move |tx: &mut cadastre::db::Tx<'_>| {
            complete_words(tx, &mut words, &person, &login)?;
            erase_words(tx, &Ctx::anonymous(at_hour(hour), "test"), &words, &person, "asked for")
        };
        self.db.write("erase", write).await.unwrap();
    }

    /// Has stored checkpoints cosigned by a witness whom the audit knows.
    fn cosign(&mut self, hand: &mut Hand, held: &Held) {
        let policy = self.folder.path().join("witnesses");
        let line = format!("witness W {}\nquorum W\n", witness().cosignature_verifier());
        std::fs::write(&policy, line).unwrap();
        self.witnesses = Witnesses::open(Some(&policy)).unwrap();
        let mut cosigned = held.clone();
        for noted in cosigned.checkpoints.values_mut().skip(1) {
            let note = Note::parse(&noted.note).unwrap();
            let text = note.text().to_owned();
            noted.note = note.with(cosign(&witness(), &text, 1_795_000_000).unwrap()).unwrap().to_string();
        }
        hand.run(&hand.statements(held, &cosigned));
    }

    /// All that an audit looks at.
    async fn held(&self) -> Held {
        let mut held = self.db.read(Held::read).await.unwrap();
        for name in self.store.notes(CHECKPOINTS).await.unwrap() {
            let note = self.store.note(CHECKPOINTS, &name).await.unwrap().unwrap();
            held.outside.insert(name, note);
        }
        held
    }

    /// Brings database and store from one state to another.
    async fn bring(&self, hand: &mut Hand, from: &Held, to: &Held) {
        let statements = hand.statements(from, to);
        if !statements.is_empty() {
            hand.run(&statements);
        }
        for name in from.outside.keys().filter(|name| !to.outside.contains_key(*name)) {
            self.store.delete_note(CHECKPOINTS, name).await.unwrap();
        }
        for (name, note) in to.outside.iter().filter(|(name, note)| from.outside.get(*name) != Some(*note)) {
            self.store.put_note(CHECKPOINTS, name, note.clone()).await.unwrap();
        }
    }
}

/// A log with all that a log can go through: payloads erased, another key, another epoch, several checkpoints. It is signed to
/// the end, since of entries that are not signed yet, as for less than a second they are, nobody can tell a change.
async fn lived_through(database: Database) -> Journal {
    let mut journal = Journal::named(database).await;
    let (ada, ben) = (PersonId::generate(), PersonId::generate());
    journal.append_all_sorts(9, &ada, 1).await;
    journal.sign_at(at_hour(1)).await;
    journal.append_all_sorts(9, &ben, 2).await;
    journal.erase(&ada, 2).await;
    journal.sign_at(at_hour(2)).await;

    let file = journal.folder.path().join("new.key");
    std::fs::write(&file, support::log::key_text(2).expose_secret()).unwrap();
    let ctx = Ctx::anonymous(at_hour(3), "test");
    let old = LogKey::Text(support::log::key_text(1));
    rotate_log_key(&journal.db, &journal.store, &ctx, &old, &file).await.unwrap();
    journal.take_key(2).await;
    journal.append_all_sorts(8, &ben, 4).await;
    journal.sign_at(at_hour(4)).await;

    let ctx = Ctx::anonymous(at_hour(5), "test");
    let new = LogKey::Text(support::log::key_text(3));
    open_epoch(&journal.db, &journal.store, &ctx, &new, "The key was lost.".into()).await.unwrap();
    journal.take_key(3).await;
    journal.append_all_sorts(7, &ada, 6).await;
    journal.sign_at(at_hour(6)).await;
    journal.append_all_sorts(5, &ben, 7).await;
    journal.sign_at(at_hour(7)).await;
    journal
}

async fn what_is_tampered_with_is_found(database: Database) {
    let count = if database.is_postgres() { 1_000 } else { 10_000 };
    let journal = lived_through(database).await;
    let ways = [entries::WAYS, order::WAYS, signed::WAYS].concat();
    let held = all_found(journal, &ways, count).await;
    assert_eq!((held.rows.len(), held.checkpoints.len(), held.keys.len()), (41, 7, 3));
    assert!(held.outside.contains_key("2-00000000000000000041"));
}

async fn what_is_tampered_with_in_a_tree_with_nodes_is_found(database: Database) {
    let count = if database.is_postgres() { 100 } else { 500 };
    let journal = Journal::named(database).await;
    journal.append_all_sorts(256 + 20, &PersonId::generate(), 1).await;
    journal.sign_at(at_hour(1)).await;
    journal.append_all_sorts(256, &PersonId::generate(), 2).await;
    journal.sign_at(at_hour(2)).await;
    let held = all_found(journal, order::NODES, count).await;
    assert_eq!(held.nodes.keys().copied().collect::<Vec<_>>(), [(1, 0), (1, 1)]);
}

/// Tampers with the journal so many times, each time in another way, and puts it back.
async fn all_found(mut journal: Journal, ways: &[Way], count: usize) -> Held {
    println!("seed {SEED:#x}");
    disarm(&journal.database);
    let mut hand = Hand::of(&journal.database);
    let signed = journal.held().await;
    journal.cosign(&mut hand, &signed);
    let good = journal.held().await;
    journal.audit().await.unwrap();

    let begun = Instant::now();
    let (mut counts, mut missed) = (BTreeMap::<&str, usize>::new(), Vec::new());
    let mut tried = BTreeSet::new();
    for number in 0..count {
        let mut dice = Dice::of(SEED, number);
        // What comes to nothing or has been tried before does not count.
        let (way, tampered, change) = loop {
            let (way, tamper) = dice.pick(ways);
            let mut tampered = good.clone();
            tamper(&mut tampered, &mut dice);
            let change = format!("{:?} {:?}", hand.statements(&good, &tampered), tampered.outside);
            if tampered != good && tried.insert(Digest::of(&change)) {
                break (*way, tampered, change);
            }
        };
        journal.bring(&mut hand, &good, &tampered).await;
        if number % 100 == 0 {
            assert!(journal.held().await == tampered, "mutation {number}, {way}: another state is stored");
        }
        let found = journal.audit().await;
        if !found.as_ref().is_err_and(|error| error.code() == "audit_failed") {
            missed.push(format!("mutation {number} of seed {SEED:#x}, {way}: {found:?}\n{change}"));
        }
        journal.bring(&mut hand, &tampered, &good).await;
        *counts.entry(way).or_default() += 1;
    }
    println!("{counts:#?} in {:?}", begun.elapsed());
    assert!(missed.is_empty(), "{} of {count} not found\n{}", missed.len(), missed.join("\n"));
    assert_eq!(counts.len(), ways.len(), "each way was tried");
    assert!(journal.held().await == good, "everything was put back");
    journal.audit().await.unwrap();
    good
}
