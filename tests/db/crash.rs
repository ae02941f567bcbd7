//! `kill -9` under load, again and again: what was acknowledged is there.
//!
//! `CADASTRE_CRASH_ROUNDS` sets how often (10 when it is not set).

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::support::databases::Database;
use super::{checked_journal, checked_names, write};
use crate::on_every_database;

const ADDRESS: &str = "CADASTRE_CRASH_DATABASE";
const ROUND: &str = "CADASTRE_CRASH_ROUND";
const CHILD: &str = "crash::registers_until_killed";
const MARK: &str = "acknowledged ";
const CALLERS: usize = 32;
/// No child lives longer, should its parent die.
const CHILD_LIFE: Duration = Duration::from_secs(60);

on_every_database! {
    what_was_acknowledged_survives_every_kill
}

async fn what_was_acknowledged_survives_every_kill(database: Database) {
    let rounds = std::env::var("CADASTRE_CRASH_ROUNDS").map_or(10, |rounds| rounds.parse().unwrap());
    let mut acknowledged = BTreeMap::new();
    for round in 0..rounds {
        let address = database.address.clone();
        let before = acknowledged.len();
        acknowledged
            .extend(tokio::task::spawn_blocking(move || run_and_kill(&address, round)).await.unwrap());
        assert!(acknowledged.len() > before, "round {round} was killed before anything happened");

        let db = database.open();
        let journal = checked_journal(&db).await;
        let names = checked_names(&db).await;
        for (name, position) in &acknowledged {
            assert!(names.contains(name), "round {round}: {name} is lost");
            assert_eq!(&journal[*position], name, "round {round}: another event stands at {position}");
        }
        let position = write(&db, format!("after {round}")).await.unwrap();
        assert_eq!(usize::try_from(position).unwrap(), journal.len(), "it goes on where it ended");
    }
    println!("{} acknowledged writes, {rounds} kills, none lost", acknowledged.len());
}

/// Lets a child register under load, kills it at a random moment, and gives what it had acknowledged.
fn run_and_kill(address: &str, round: usize) -> BTreeMap<String, usize> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture"])
        .env(ADDRESS, address)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let (begun, first) = mpsc::channel();
    let collect = thread::spawn(move || {
        let (mut acknowledged, mut line) = (BTreeMap::new(), String::new());
        while output.read_line(&mut line).is_ok_and(|length| length > 0) {
            // The last line may be cut off in the middle.
            let whole = line.strip_suffix('\n').and_then(|line| line.split_once(MARK));
            if let Some((name, position)) = whole.and_then(|(_, told)| told.split_once(' ')) {
                acknowledged.insert(name.to_owned(), position.parse().unwrap());
                begun.send(()).unwrap();
            }
            line.clear();
        }
        acknowledged
    });
    first.recv_timeout(CHILD_LIFE).expect("the child begins to register");
    let mut moment = [0_u8];
    getrandom::fill(&mut moment).unwrap();
    thread::sleep(Duration::from_millis(u64::from(moment[0])));
    child.kill().unwrap();
    child.wait().unwrap();
    let acknowledged = collect.join().unwrap();
    drop(first);
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the child process of what_was_acknowledged_survives_every_kill"]
async fn registers_until_killed() {
    let database = Database::at(&std::env::var(ADDRESS).unwrap(), None);
    let round = std::env::var(ROUND).unwrap();
    let db = database.open();
    for caller in 0..CALLERS {
        let (db, round) = (db.clone(), round.clone());
        tokio::spawn(async move {
            for turn in 0.. {
                let name = format!("{round}-{caller}-{turn}");
                let position = write(&db, &*name).await.unwrap();
                println!("{MARK}{name} {position}");
            }
        });
    }
    tokio::time::sleep(CHILD_LIFE).await;
}
