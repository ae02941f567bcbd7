//! The sealed account: every row under one seal, once, with a proof that an outsider can check.

use std::collections::{BTreeMap, BTreeSet};

use cadastre::access::{
    Delivered, SealedRow, list_dataset_deliveries, seal_deliveries, sealed_rows, verify_sealed_row,
};
use cadastre::datasets::{Delivery, DownloadGate, Permit};
use cadastre::db::schema::journal;
use cadastre::kernel::{DeliveryId, Digest, PageRequest};
use diesel::{QueryDsl as _, RunQueryDsl as _};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::world::{World, code};
use super::{first_page, granted};

on_both_databases! {
    every_row_is_under_one_seal_with_a_proof
    a_cut_has_a_seal_of_its_own
    those_who_see_a_delivery_may_prove_it
}

async fn record(world: &World, gate: &impl DownloadGate, permit: &Permit, many: usize) -> Vec<DeliveryId> {
    let (dataset, version) = world.ids().await;
    let tina = world.ctx("tina").await;
    let delivery = |n: usize| Delivery {
        at: world.now,
        person: tina.principal().map(|principal| principal.person.clone()),
        permit: permit.clone(),
        dataset: dataset.clone(),
        version: version.clone(),
        path: format!("{n}.csv"),
        bytes: 7,
        size: 7,
        model: Some("tide-7b \"é\"".into()),
        run: None,
    };
    gate.record((0..many).map(delivery).collect()).await.unwrap()
}

async fn all(world: &World) -> Vec<Delivered> {
    let pat = world.ctx("pat").await;
    let (mut found, mut page) = (Vec::new(), first_page());
    loop {
        let items = list_dataset_deliveries(&world.db, &pat, world.dataset(), page).await.unwrap();
        found.extend(items.items);
        let Some(next) = items.next else { return found };
        page = PageRequest::new(Some(200), Some(&next.encode())).unwrap();
    }
}

async fn seal(world: &World) -> u64 {
    seal_deliveries(&world.db, &world.nobody()).await.unwrap()
}

/// The rows of a delivery under their seals.
#[derive(Debug, PartialEq, Eq)]
struct Rows {
    delivery: SealedRow,
    cut: Option<SealedRow>,
}

async fn prove(world: &World, id: &DeliveryId) -> Rows {
    let (delivery, cut) = sealed_rows(&world.db, &world.ctx("pat").await, id.clone()).await.unwrap();
    Rows { delivery, cut }
}

/// The text of the entry at a position of the journal.
async fn entry(world: &World, position: i64) -> String {
    let read = move |conn: &mut cadastre::db::Conn| {
        Ok(journal::table.find(position).select(journal::body).first::<String>(conn)?)
    };
    world.db.read(read).await.unwrap()
}

async fn every_row_is_under_one_seal_with_a_proof(world: World) {
    const BEFORE: usize = 1201;
    const MEANWHILE: usize = 40;
    let permit = world.sample(&world.nobody()).await.unwrap();
    let begun = record(&world, &*world.gate, &permit, BEFORE).await;
    for id in begun.iter().step_by(100) {
        world.gate.cut_short(id.clone(), 3);
    }
    world.gate.flush().await;

    let (second, gate) = world.replica().await;
    let ctx = world.nobody();
    let recording = join_all((0..MEANWHILE).map(|n| {
        let (world, permit, gate) = (&world, &permit, &gate);
        async move {
            if n % 2 == 0 {
                record(world, gate, permit, 1).await
            } else {
                record(world, &*world.gate, permit, 1).await
            }
        }
    }));
    let sealing =
        join_all((0..6).map(|n| seal_deliveries(if n % 2 == 0 { &world.db } else { &second }, &ctx)));
    let (_, sealed) = tokio::join!(recording, sealing);
    let sealed: u64 = sealed.into_iter().map(Result::unwrap).sum::<u64>() + seal(&world).await;
    let cuts = BEFORE.div_ceil(100);
    assert_eq!(sealed as usize, BEFORE + MEANWHILE + cuts, "no row is sealed twice");
    assert_eq!(seal(&world).await, 0, "nothing is left");

    let mut seals: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    let deliveries = all(&world).await;
    assert_eq!(deliveries.len(), BEFORE + MEANWHILE);
    for delivery in &deliveries {
        let place = delivery.seal.expect("a place under a seal");
        assert!(seals.entry(place.position).or_default().insert(place.index), "{place:?} is taken twice");
    }
    let mut rows = 0;
    for (position, places) in &seals {
        let event: Value = serde_json::from_str(&entry(&world, *position).await).unwrap();
        let (count, begun) = (&event["facts"]["count"], &event["facts"]["deliveries"]);
        assert_eq!(event["type"], "deliveries.sealed");
        assert!(count.as_i64().unwrap() <= 10_000);
        assert_eq!(Some(places.len() as i64), begun.as_i64());
        assert!(places.iter().copied().eq(0..places.len() as i64), "places are gapless");
        rows += count.as_i64().unwrap();
    }
    assert_eq!(rows as u64, sealed, "the counts in the events are those of the rows");

    for delivery in deliveries.iter().step_by(137) {
        let proof = prove(&world, &delivery.id).await.delivery;
        let event = entry(&world, proof.seal.position).await;
        verify_sealed_row(&proof, &event).unwrap();
        let row: Value = serde_json::from_str(&proof.row).unwrap();
        assert_eq!(row["id"], json!(delivery.id));
        assert_eq!((&row["v"], &row["bytes"], &row["ground"]), (&json!(1), &json!(7), &json!("sample")));
        let changed = proof.row.replace("\"bytes\":7", "\"bytes\":8");
        assert_ne!(changed, proof.row);
        let forged = cadastre::access::SealedRow { row: changed, ..proof };
        assert_eq!(code(verify_sealed_row(&forged, &event)), "proof_invalid");
    }
}

async fn a_cut_has_a_seal_of_its_own(world: World) {
    let permit = world.sample(&world.nobody()).await.unwrap();
    let id = record(&world, &*world.gate, &permit, 1).await.remove(0);
    assert_eq!(seal(&world).await, 1);
    let before = prove(&world, &id).await;
    assert_eq!(before.cut, None);
    world.gate.cut_short(id.clone(), 3);
    world.gate.flush().await;
    assert_eq!((all(&world).await[0].bytes, all(&world).await[0].cut_at), (3, Some(*super::NOW)));
    assert_eq!(prove(&world, &id).await, before, "until the next seal");
    assert_eq!(seal(&world).await, 1);
    let after = prove(&world, &id).await;
    assert_eq!(after.delivery, before.delivery, "what is sealed never changes");
    let cut = after.cut.unwrap();
    verify_sealed_row(&cut, &entry(&world, cut.seal.position).await).unwrap();
    let row: Value = serde_json::from_str(&cut.row).unwrap();
    assert_eq!((&row["delivery"], &row["bytes"], &row["kind"]), (&json!(id), &json!(3), &json!("cut")));
    let crossed = verify_sealed_row(&cut, &entry(&world, before.delivery.seal.position).await);
    assert_eq!(code(crossed), "proof_invalid");
    assert_eq!((cut.index, cut.path.len()), (0, 0));
    assert_eq!(cut.seal.root, Digest::of([&[0], cut.row.as_bytes()].concat()));
}

async fn those_who_see_a_delivery_may_prove_it(world: World) {
    world.terms(json!({"mode": "review"})).await;
    granted(&world).await;
    let by_grant = world.door(&world.ctx("tina").await).await.unwrap();
    let sample = world.sample(&world.nobody()).await.unwrap();
    let granted = record(&world, &*world.gate, &by_grant, 1).await.remove(0);
    let sampled = record(&world, &*world.gate, &sample, 1).await.remove(0);
    let pat = world.ctx("pat").await;
    assert_eq!(code(sealed_rows(&world.db, &pat, granted.clone()).await), "not_sealed");
    seal(&world).await;
    for (login, of_grant, of_sample) in [
        ("tina", true, false),
        ("rita", true, false),
        ("pat", true, true),
        ("member", true, true),
        ("admin", true, true),
        ("eve", false, false),
        ("other", false, false),
    ] {
        let ctx = world.ctx(login).await;
        for (id, seen) in [(&granted, of_grant), (&sampled, of_sample)] {
            let proof = sealed_rows(&world.db, &ctx, id.clone()).await;
            assert_eq!(proof.is_ok(), seen, "{login}");
            assert!(seen || code(proof) == "not_found");
        }
    }
    assert_eq!(code(sealed_rows(&world.db, &world.nobody(), granted).await), "sign_in_required");
    assert_eq!(code(sealed_rows(&world.db, &pat, DeliveryId::generate()).await), "not_found");
}
