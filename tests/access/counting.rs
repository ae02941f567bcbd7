//! Limits of downloads: exact under concurrency and over replicas, and counted in bytes that really went out.

use cadastre::access::{Revocation, Suspension, list_grant_deliveries, revoke_grant, suspend_grant};
use cadastre::datasets::{Delivery, DownloadGate, Permit};
use cadastre::kernel::{DatasetId, GrantId, Kind, PersonId, VersionId};
use futures_util::future::join_all;
use serde_json::json;

use super::world::{World, code, pattern};
use super::{first_page, granted};

/// The size of the file that is delivered, in bytes.
const SIZE: u64 = 7;
/// How often the pattern allows it.
const LIMIT: u64 = 3;

on_both_databases! {
    a_limit_lets_exactly_so_many_downloads_out
    the_limit_holds_over_replicas
    what_was_not_sent_is_given_back
    an_empty_file_counts_as_one_byte
    a_download_that_nobody_waits_for_is_not_counted
    a_counted_right_that_ended_meanwhile_gives_nothing
    a_plan_counts_whole_files_or_none
    a_right_that_ended_meanwhile_is_not_on_record
}

/// Tina's counted right, and what is delivered by it.
struct Counted {
    world: World,
    grant: GrantId,
    permit: Permit,
    person: PersonId,
    ids: (DatasetId, VersionId),
}

impl Counted {
    async fn given(world: World) -> Self {
        world.terms(json!({"mode": "review", "offer": pattern("07-count")})).await;
        let grant = granted(&world).await.grant.unwrap();
        let tina = world.ctx("tina").await;
        let permit = world.door(&tina).await.unwrap();
        assert!(permit.counted, "{permit:?}");
        let person = tina.principal().unwrap().person.clone();
        let ids = world.ids().await;
        Self { world, grant, permit, person, ids }
    }

    fn delivery(&self, path: &str, bytes: u64, size: u64) -> Delivery {
        Delivery {
            at: self.world.now,
            person: Some(self.person.clone()),
            permit: self.permit.clone(),
            dataset: self.ids.0.clone(),
            version: self.ids.1.clone(),
            path: path.into(),
            bytes,
            size,
            model: None,
            run: None,
        }
    }

    /// A download of so many bytes of one file.
    async fn asks(&self, bytes: u64) -> Result<cadastre::kernel::DeliveryId, &'static str> {
        let recorded = self.world.gate.record(vec![self.delivery("all.csv", bytes, SIZE)]).await;
        recorded.map(|ids| ids[0].clone()).map_err(|error| {
            assert_eq!(error.kind(), Kind::Forbidden);
            error.code()
        })
    }

    /// All bytes that count as delivered, in the corrected account.
    async fn delivered(&self) -> u64 {
        self.world.gate.flush().await;
        let tina = self.world.ctx("tina").await;
        let page =
            list_grant_deliveries(&self.world.db, &tina, self.grant.clone(), first_page()).await.unwrap();
        page.items.iter().map(|delivery| u64::try_from(delivery.bytes).unwrap()).sum()
    }
}

async fn a_limit_lets_exactly_so_many_downloads_out(world: World) {
    let counted = Counted::given(world).await;
    let sample = counted.world.sample(&counted.world.nobody()).await.unwrap();
    let neighbour = || Delivery { permit: sample.clone(), ..counted.delivery("some.csv", SIZE, SIZE) };
    let gate = &counted.world.gate;
    let asked = join_all((0..64).map(|_| counted.asks(SIZE)));
    let neighbours = join_all((0..64).map(|_| gate.record(vec![neighbour()])));
    let (asked, neighbours) = tokio::join!(asked, neighbours);
    assert_eq!(asked.iter().filter(|outcome| outcome.is_ok()).count() as u64, LIMIT);
    assert!(asked.iter().all(|outcome| outcome.as_ref().err().is_none_or(|code| *code == "policy_violated")));
    assert!(neighbours.iter().all(Result::is_ok), "a refusal touches nobody else");
    assert_eq!(counted.delivered().await, LIMIT * SIZE);

    let refusal = gate.record(vec![counted.delivery("all.csv", 1, SIZE)]).await.unwrap_err();
    assert!(refusal.detail().contains("download 4 of the file"), "{refusal}");
    assert_eq!(refusal.next_step(), Some("/api/v1/datasets/harbour/tides/policy"));
    let other = gate.record(vec![counted.delivery("other.csv", SIZE, SIZE)]).await;
    assert!(other.is_ok(), "each file has its own count");
}

async fn the_limit_holds_over_replicas(world: World) {
    let counted = Counted::given(world).await;
    let (_db, second) = counted.world.replica().await;
    let ask = |gate| {
        let delivery = counted.delivery("all.csv", SIZE, SIZE);
        async move { DownloadGate::record(gate, vec![delivery]).await.is_ok() }
    };
    let first = join_all((0..32).map(|_| ask(&*counted.world.gate)));
    let second = join_all((0..32).map(|_| ask(&second)));
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.into_iter().chain(second).filter(|given| *given).count() as u64, LIMIT);
    assert_eq!(counted.delivered().await, LIMIT * SIZE);
}

async fn what_was_not_sent_is_given_back(world: World) {
    let counted = Counted::given(world).await;
    let gate = &counted.world.gate;
    counted.asks(SIZE).await.unwrap();
    counted.asks(SIZE).await.unwrap();
    let third = counted.asks(SIZE).await.unwrap();
    assert_eq!(counted.asks(1).await, Err("policy_violated"));
    gate.cut_short(third.clone(), 3);
    // What comes again changes nothing.
    gate.cut_short(third, 1);
    assert_eq!(counted.asks(5).await, Err("policy_violated"));
    counted.asks(4).await.expect("what is still missing of the third download");
    assert_eq!(counted.asks(1).await, Err("policy_violated"));
    assert_eq!(counted.delivered().await, LIMIT * SIZE);
}

async fn an_empty_file_counts_as_one_byte(world: World) {
    let counted = Counted::given(world).await;
    for n in 0..=LIMIT {
        let recorded = counted.world.gate.record(vec![counted.delivery("empty.csv", 0, 0)]).await;
        assert_eq!(recorded.is_ok(), n < LIMIT, "download {}", n + 1);
    }
}

async fn a_download_that_nobody_waits_for_is_not_counted(world: World) {
    let counted = Counted::given(world).await;
    let gate = &counted.world.gate;
    for _ in 0..8 {
        let abandoned = gate.record(vec![counted.delivery("all.csv", SIZE, SIZE)]);
        let patience = tokio::time::Duration::from_micros(200);
        if let Ok(recorded) = tokio::time::timeout(patience, abandoned).await {
            gate.cut_short(recorded.unwrap()[0].clone(), 0);
        }
        gate.flush().await;
    }
    assert_eq!(counted.delivered().await, 0);
    for _ in 0..LIMIT {
        counted.asks(SIZE).await.unwrap();
    }
    assert_eq!(counted.asks(SIZE).await, Err("policy_violated"));
}

async fn a_counted_right_that_ended_meanwhile_gives_nothing(world: World) {
    let counted = Counted::given(world).await;
    let pat = counted.world.ctx("pat").await;
    let (db, grant) = (&counted.world.db, counted.grant.clone());
    counted.asks(SIZE).await.unwrap();
    suspend_grant(db, &pat, grant.clone(), Suspension { reason: "A report".into() }).await.unwrap();
    assert_eq!(counted.asks(SIZE).await, Err("grant_suspended"));
    revoke_grant(db, &pat, grant, Revocation { reason: "Misuse".into() }).await.unwrap();
    assert_eq!(counted.asks(SIZE).await, Err("grant_ended"));
    assert_eq!(counted.delivered().await, SIZE);
}

async fn a_plan_counts_whole_files_or_none(world: World) {
    let counted = Counted::given(world).await;
    let gate = &counted.world.gate;
    let links = |paths: &[&str]| paths.iter().map(|path| counted.delivery(path, SIZE, SIZE)).collect();
    let all: Vec<Delivery> = links(&["a.csv", "b.csv", "a.csv"]);
    assert_eq!(gate.record(all.clone()).await.unwrap().len(), 3);
    assert_eq!(code(gate.record(all).await), "policy_violated", "a.csv would be given four times");
    gate.record(links(&["b.csv", "a.csv"])).await.expect("what was refused left nothing");
    assert_eq!(counted.delivered().await, 5 * SIZE);
}

async fn a_right_that_ended_meanwhile_is_not_on_record(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let (pat, tina) = (world.ctx("pat").await, world.ctx("tina").await);
    let (dataset, version) = world.ids().await;
    let sample = world.sample(&world.nobody()).await.unwrap();
    for (end, expected) in [
        ("suspended", "grant_suspended"),
        ("revoked", "grant_ended"),
        ("over", "grant_ended"),
        ("left", "right_ended"),
    ] {
        let grant = granted(&world).await.grant.unwrap();
        let permit = world.door(&tina).await.unwrap();
        assert!(!permit.counted);
        let delivery = |permit: &Permit, at| Delivery {
            at,
            person: tina.principal().map(|principal| principal.person.clone()),
            permit: permit.clone(),
            dataset: dataset.clone(),
            version: version.clone(),
            path: "all.csv".into(),
            bytes: SIZE,
            size: SIZE,
            model: None,
            run: None,
        };
        world.gate.record(vec![delivery(&permit, world.now)]).await.unwrap();
        let report = Suspension { reason: "A report".into() };
        let mut at = world.now;
        match end {
            "suspended" => drop(suspend_grant(&world.db, &pat, grant.clone(), report).await.unwrap()),
            "revoked" => {
                let why = Revocation { reason: "Misuse".into() };
                revoke_grant(&world.db, &pat, grant.clone(), why).await.unwrap();
            }
            "over" => at = permit.until.unwrap(),
            _ => world.leave("works", "tina").await,
        }
        let (late, neighbour) = tokio::join!(
            world.gate.record(vec![delivery(&permit, at)]),
            world.gate.record(vec![delivery(&sample, at)]),
        );
        assert_eq!(code(late), expected, "{end}");
        neighbour.expect("a refusal touches nobody else");
        let seen = list_grant_deliveries(&world.db, &pat, grant.clone(), first_page()).await.unwrap();
        assert_eq!(seen.items.len(), 1, "{end}");
        if end != "revoked" {
            let why = Revocation { reason: "The next case".into() };
            revoke_grant(&world.db, &pat, grant, why).await.unwrap();
        }
    }
}
