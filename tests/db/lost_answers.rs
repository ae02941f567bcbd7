//! A commit whose answer is lost on the network: the journal tells what became of it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::support::databases::Database;
use super::{checked_names, write};

/// How long nobody can connect after the cut.
const OUTAGE: Duration = Duration::from_millis(1500);

/// Stands between the program and PostgreSQL, and can lose the answer to a COMMIT.
struct Wire {
    port: u16,
    cut: Arc<Cut>,
}

#[derive(Default)]
struct Cut {
    /// The next COMMIT reaches the server, its answer nobody.
    armed: AtomicBool,
    /// Connections are refused.
    down: AtomicBool,
}

impl Wire {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::<Cut>::default();
        let state = cut.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if state.down.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)) else { continue };
                let (from_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let muted = Arc::<AtomicBool>::default();
                let (mute, state) = (muted.clone(), state.clone());
                thread::spawn(move || questions(client, server, &mute, &state));
                thread::spawn(move || answers(from_server, to_client, &muted));
            }
        });
        Self { port, cut }
    }
}

fn questions(mut client: TcpStream, mut server: TcpStream, mute: &AtomicBool, cut: &Cut) {
    let mut buffer = [0; 65536];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let commit = buffer[..length].windows(7).any(|bytes| bytes == b"COMMIT\0");
        let losing = commit && cut.armed.swap(false, Ordering::SeqCst);
        if losing {
            cut.down.store(true, Ordering::SeqCst);
            mute.store(true, Ordering::SeqCst);
        }
        if server.write_all(&buffer[..length]).is_err() {
            break;
        }
        if losing {
            // The server has time to commit before it notices that nobody listens.
            thread::sleep(Duration::from_millis(300));
            break;
        }
    }
    drop(client.shutdown(Shutdown::Both));
    drop(server.shutdown(Shutdown::Both));
}

fn answers(mut server: TcpStream, mut client: TcpStream, muted: &AtomicBool) {
    let mut buffer = [0; 65536];
    while let Ok(length @ 1..) = server.read(&mut buffer) {
        if !muted.load(Ordering::SeqCst) && client.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    drop(client.shutdown(Shutdown::Both));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_found() {
    let database = Database::postgres();
    let mut address = url::Url::parse(&database.address).unwrap();
    let wire = Wire::to(address.port().unwrap());
    address.set_port(Some(wire.port)).unwrap();
    let db = Database::at(address.as_str(), None).open();
    write(&db, "before").await.unwrap();

    wire.cut.armed.store(true, Ordering::SeqCst);
    let cut = wire.cut.clone();
    let repair = thread::spawn(move || {
        while !cut.down.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(OUTAGE);
        cut.down.store(false, Ordering::SeqCst);
    });
    let started = Instant::now();
    // Told that it was not done, the caller would do it twice.
    assert_eq!(write(&db, "lost").await.unwrap(), 1);
    assert!(started.elapsed() > OUTAGE / 2, "the answer was lost");
    repair.join().unwrap();

    write(&db, "after").await.unwrap();
    assert_eq!(checked_names(&db).await.len(), 3);
}
