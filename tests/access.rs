//! From asking to downloading, on both databases: who decides, what a grant opens, and when it stops.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is the report"
)]

#[path = "access/world.rs"]
mod world;

mod support;

use std::sync::Arc;

use cadastre::access::{
    Application, Approval, Filters, GrantState, Note, Relinquishment, Remark, Request, RequestState,
    Revocation, approve_request, list_dataset_deliveries, list_grant_deliveries, list_grants, list_requests,
    may_i, reject_request, relinquish_grant, resubmit_request, return_request, revoke_grant, show_grant,
    show_request, submit_request, withdraw_request,
};
use cadastre::datasets::files::{LinkBase, PlanRequest, Tickets, plan};
use cadastre::datasets::{Delivery, DownloadGate, Ground};
use cadastre::kernel::{Digest, IdempotencyKey, ManualClock, PageRequest, Result};
use cadastre::policies::Purpose;
use serde_json::json;
use world::{DAY, NOW, World, code, for_training};

macro_rules! on_both_databases {
    ($($promise:ident)*) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")] async fn $promise() { super::$promise($crate::World::on_sqlite().await).await })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")] async fn $promise() { super::$promise($crate::World::on_postgres().await).await })*
        }
    };
}

on_both_databases! {
    a_request_is_returned_approved_used_and_revoked
    the_one_who_asks_never_decides
    a_grant_ends_when_its_time_is_up
    terms_decide_alone_where_they_may
    terms_that_are_violated_cannot_be_approved_away
    open_data_need_no_request_and_secure_data_never_leave
    only_those_concerned_know_of_a_request
    a_right_that_was_given_is_checked_again
    a_plan_that_is_read_slowly_ends_with_its_right
    every_delivery_is_in_the_account
    a_repeated_request_has_one_effect
}

#[path = "access/counting.rs"]
mod counting;
#[path = "access/pausing.rs"]
mod pausing;
#[path = "access/plans.rs"]
mod plans;
#[path = "access/recalling.rs"]
mod recalling;
#[path = "access/sealing.rs"]
mod sealing;

fn remark(text: &str) -> Remark {
    serde_json::from_value(json!({ "remark": text })).unwrap()
}

fn first_page() -> PageRequest {
    PageRequest::new(Some(200), None).unwrap()
}

async fn asked(world: &World, purpose: &str) -> Request {
    submit_request(&world.db, &world.ctx("tina").await, world.request("works", purpose)).await.unwrap()
}

async fn granted_for(world: &World, purpose: &str) -> cadastre::kernel::GrantId {
    let request = asked(world, purpose).await;
    let rita = world.ctx("rita").await;
    approve_request(&world.db, &rita, request.id, Approval::default()).await.unwrap().grant.unwrap()
}

async fn granted(world: &World) -> Request {
    let request = asked(world, "pre_training").await;
    approve_request(&world.db, &world.ctx("rita").await, request.id, Approval::default()).await.unwrap()
}

async fn a_request_is_returned_approved_used_and_revoked(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let (tina, rita, pat) = (world.ctx("tina").await, world.ctx("rita").await, world.ctx("pat").await);
    assert_eq!(code(world.door(&tina).await), "access_not_granted");
    assert_eq!(code(world.door(&world.nobody()).await), "sign_in_to_ask");
    assert_eq!(world.door(&pat).await.unwrap().ground, Ground::Own);

    let request = asked(&world, "pre_training").await;
    assert_eq!((request.state, request.applicant.name.as_str()), (RequestState::Submitted, "Tina"));
    let pending = world.door(&tina).await.unwrap_err();
    assert_eq!((pending.code(), pending.next_step()), ("request_pending", Some(request.path().as_str())));
    let again = submit_request(&world.db, &tina, world.request("works", "pre_training")).await.unwrap_err();
    assert_eq!((again.code(), again.next_step()), ("request_pending", Some(request.path().as_str())));

    let returned = return_request(&world.db, &rita, request.id.clone(), remark("Where will it run?")).await;
    assert_eq!(returned.unwrap().state, RequestState::Returned);
    let early = approve_request(&world.db, &rita, request.id.clone(), Approval::default()).await;
    assert_eq!(code(early), "wrong_state");
    let changed: Application = serde_json::from_value(
        json!({"purpose": "pre_training", "justification": "It will run in Luxembourg.", "statement": {"processing_location": "LU"}, "duration_days": 30}),
    )
    .unwrap();
    let request = resubmit_request(&world.db, &tina, request.id, changed).await.unwrap();
    assert_eq!((request.state, request.duration_days), (RequestState::Submitted, 30));

    let request = approve_request(&world.db, &rita, request.id, Approval::default()).await.unwrap();
    assert_eq!(request.state, RequestState::Approved);
    let grant = show_grant(&world.db, &tina, request.grant.clone().unwrap()).await.unwrap();
    assert_eq!((grant.active, grant.until), (true, NOW.plus_days(30)));
    let permit = world.door(&tina).await.unwrap();
    assert_eq!((permit.ground, permit.until), (Ground::Grant, Some(grant.until)));
    assert_eq!(world.door(&world.ctx("rick").await).await.unwrap().grant, Some(grant.id.clone()));
    assert_eq!(code(world.door(&world.ctx("eve").await).await), "access_not_granted");
    assert_eq!(code(world.door_for(&tina, Some(Purpose::Rag)).await), "access_not_granted");
    let answer = may_i(&world.db, world.gate.clone(), &tina, world.dataset(), None).await.unwrap();
    assert_eq!((answer.allowed, answer.code, answer.grant), (true, "grant", Some(grant.id.clone())));
    let more = submit_request(&world.db, &tina, world.request("works", "pre_training")).await;
    assert_eq!(code(more), "already_granted");

    assert_eq!(
        code(revoke_grant(&world.db, &tina, grant.id.clone(), Revocation { reason: "Mine".into() }).await),
        "revoker_required"
    );
    let revoked = revoke_grant(&world.db, &pat, grant.id.clone(), Revocation { reason: "Misuse".into() })
        .await
        .unwrap();
    assert_eq!((revoked.state, revoked.active), (GrantState::Revoked, false));
    let ended = world.door(&tina).await.unwrap_err();
    assert_eq!(ended.code(), "grant_ended");
    assert!(ended.detail().contains("revoked"), "{ended}");
    let answer = may_i(&world.db, world.gate.clone(), &tina, world.dataset(), None).await.unwrap();
    assert_eq!(
        (answer.allowed, answer.code, answer.next.as_deref()),
        (false, "grant_ended", Some("/api/v1/requests"))
    );
    assert_eq!(
        code(relinquish_grant(&world.db, &tina, grant.id, Relinquishment::default()).await),
        "wrong_state"
    );
}

async fn the_one_who_asks_never_decides(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let request = asked(&world, "pre_training").await;
    for (login, expected) in [
        ("tina", "reviewer_required"),
        ("owen", "conflict_of_interest"),
        ("stan", "reviewer_required"),
        ("admin", "reviewer_required"),
        ("pat", "reviewer_required"),
        ("eve", "not_found"),
        ("other", "not_found"),
    ] {
        let ctx = world.ctx(login).await;
        let id = request.id.clone();
        let approved = approve_request(&world.db, &ctx, id.clone(), Approval::default()).await;
        assert_eq!(code(approved), expected, "{login}");
        assert_eq!(
            code(reject_request(&world.db, &ctx, id.clone(), remark("No")).await),
            expected,
            "{login}"
        );
        assert_eq!(code(return_request(&world.db, &ctx, id, remark("Why?")).await), expected, "{login}");
    }
    let owen = world.ctx("owen").await;
    let own = submit_request(&world.db, &owen, world.request("works", "rag")).await.unwrap();
    world.leave("works", "owen").await;
    let applicant = approve_request(&world.db, &world.ctx("owen").await, own.id, Approval::default()).await;
    assert_eq!(code(applicant), "conflict_of_interest", "who has left meanwhile still asked");
    let foreign =
        withdraw_request(&world.db, &world.ctx("rita").await, request.id.clone(), Note::default()).await;
    assert_eq!(code(foreign), "applicant_required");
    let withdrawn =
        withdraw_request(&world.db, &world.ctx("rick").await, request.id, Note::default()).await.unwrap();
    assert_eq!(withdrawn.state, RequestState::Withdrawn);
}

async fn a_grant_ends_when_its_time_is_up(mut world: World) {
    world.terms(json!({"mode": "review"})).await;
    let request = asked(&world, "pre_training").await;
    let rita = world.ctx("rita").await;
    let until = |at| Approval { until: Some(at), ..Approval::default() };
    for at in [*NOW, NOW.plus_days(366)] {
        let approved = approve_request(&world.db, &rita, request.id.clone(), until(at)).await;
        assert_eq!(code(approved), "invalid");
    }
    let versions = Approval { versions: Some(vec!["7.0.0".parse().unwrap()]), ..Approval::default() };
    assert_eq!(code(approve_request(&world.db, &rita, request.id.clone(), versions).await), "invalid");
    approve_request(&world.db, &rita, request.id, until(NOW.plus(DAY))).await.unwrap();
    world.now = NOW.plus(DAY - std::time::Duration::from_millis(1));
    assert_eq!(world.door(&world.ctx("tina").await).await.unwrap().ground, Ground::Grant);
    world.now = NOW.plus(DAY);
    let ended = world.door(&world.ctx("tina").await).await.unwrap_err();
    assert_eq!(ended.code(), "grant_ended");
    assert!(ended.detail().contains("time was up"), "{ended}");
}

async fn terms_decide_alone_where_they_may(world: World) {
    world.terms(json!({"mode": "automatic", "offer": for_training()})).await;
    let tina = world.ctx("tina").await;
    let request = asked(&world, "pre_training").await;
    assert_eq!((request.state, request.policy_revision), (RequestState::Approved, 2));
    let refused = asked(&world, "rag").await;
    assert_eq!((refused.state, &refused.grant), (RequestState::Rejected, &None));
    assert!(refused.verdict.unwrap().lines.iter().any(|line| line.pointer == "/permission/0/constraint/0"));
    assert_eq!(world.door(&tina).await.unwrap().ground, Ground::Grant);
    world.terms(json!({"mode": "review"})).await;
    assert_eq!(world.door(&tina).await.unwrap().grant, request.grant, "a grant keeps its terms");
}

async fn terms_that_are_violated_cannot_be_approved_away(world: World) {
    world.terms(json!({"mode": "review", "offer": for_training()})).await;
    let request = asked(&world, "rag").await;
    assert_eq!(request.state, RequestState::Submitted);
    let rita = world.ctx("rita").await;
    let error = approve_request(&world.db, &rita, request.id.clone(), Approval::default()).await.unwrap_err();
    assert_eq!(error.code(), "policy_violated");
    assert!(error.detail().contains("/permission/0"), "{error}");
    let rejected = reject_request(&world.db, &rita, request.id, remark("Training only")).await.unwrap();
    assert_eq!((rejected.state, rejected.remark.as_deref()), (RequestState::Rejected, Some("Training only")));
}

async fn open_data_need_no_request_and_secure_data_never_leave(world: World) {
    let tina = world.ctx("tina").await;
    let ask = |purpose| submit_request(&world.db, &tina, world.request("works", purpose));
    world.terms(json!({"mode": "open"})).await;
    assert_eq!(world.door(&world.nobody()).await.unwrap().ground, Ground::Open);
    assert_eq!(code(ask("rag").await), "open_access");
    world.terms(json!({"mode": "secure"})).await;
    assert_eq!(code(world.door(&world.nobody()).await), "secure_environment_only");
    let permit = world.sample(&world.nobody()).await.unwrap();
    assert_eq!(permit.ground, Ground::Sample);
    let request = granted(&world).await;
    assert_eq!(request.state, RequestState::Approved);
    assert_eq!(code(world.door(&tina).await), "secure_environment_only", "a grant does not change that");
    let own = submit_request(&world.db, &world.ctx("pat").await, world.request("harbour", "rag")).await;
    assert_eq!(code(own), "own_dataset");
    let foreign = submit_request(&world.db, &world.ctx("eve").await, world.request("works", "rag")).await;
    assert_eq!(code(foreign), "member_required");
    let mut named = world.request("works", "rag");
    named.members = vec!["rick".parse().unwrap(), "eve".parse().unwrap()];
    let error = submit_request(&world.db, &tina, named).await.unwrap_err();
    assert_eq!(error.field_errors()[0].pointer, "/members/1");
}

async fn only_those_concerned_know_of_a_request(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let request = granted(&world).await;
    let grant = request.grant.clone().unwrap();
    for (login, seen) in [
        ("tina", true),
        ("rick", true),
        ("rita", true),
        ("stan", true),
        ("pat", true),
        ("admin", true),
        ("member", false),
        ("eve", false),
        ("other", false),
    ] {
        let ctx = world.ctx(login).await;
        assert_eq!(show_request(&world.db, &ctx, request.id.clone()).await.is_ok(), seen, "{login}");
        assert_eq!(show_grant(&world.db, &ctx, grant.clone()).await.is_ok(), seen, "{login}");
        let requests = list_requests(&world.db, &ctx, Filters::default(), first_page()).await.unwrap();
        let grants = list_grants(&world.db, &ctx, Filters::default(), first_page()).await.unwrap();
        let expected = usize::from(seen);
        assert_eq!((requests.items.len(), grants.items.len()), (expected, expected), "{login}");
    }
    assert_eq!(code(show_request(&world.db, &world.nobody(), request.id).await), "sign_in_required");
    let tina = world.ctx("tina").await;
    let filtered = |filters| list_requests(&world.db, &tina, filters, first_page());
    let elsewhere = Filters { space: Some("health".parse().unwrap()), ..Filters::default() };
    assert!(filtered(elsewhere).await.unwrap().items.is_empty());
    let here = Filters {
        state: Some(RequestState::Approved),
        dataset: Some("harbour/tides".parse().unwrap()),
        organisation: Some("works".parse().unwrap()),
        space: Some("mobility".parse().unwrap()),
    };
    assert_eq!(filtered(here).await.unwrap().items.len(), 1);
    for n in 0..3 {
        let purpose = ["rag", "education", "testing"][n];
        asked(&world, purpose).await;
    }
    let first = PageRequest::new(Some(3), None).unwrap();
    let page = list_requests(&world.db, &tina, Filters::default(), first).await.unwrap();
    let next = PageRequest::new(Some(3), page.next.map(|cursor| cursor.encode()).as_deref()).unwrap();
    let rest = list_requests(&world.db, &tina, Filters::default(), next).await.unwrap();
    assert_eq!((page.items.len(), rest.items.len(), rest.next.is_none()), (3, 1, true));
    assert!(page.items[0].id > page.items[1].id && page.items[2].id > rest.items[0].id, "newest first");
}

async fn a_right_that_was_given_is_checked_again(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let request = granted(&world).await;
    let (rick, tina, pat) = (world.ctx("rick").await, world.ctx("tina").await, world.ctx("pat").await);
    let (of_rick, of_tina) = (world.door(&rick).await.unwrap(), world.door(&tina).await.unwrap());
    let own = world.door(&pat).await.unwrap();
    assert!(world.holds(&of_rick, Some(&rick)).await.is_ok() && world.holds(&own, Some(&pat)).await.is_ok());
    assert_eq!(code(world.holds(&of_rick, None).await), "right_ended");
    assert_eq!(code(world.holds(&own, Some(&rick)).await), "right_ended");
    world.leave("works", "rick").await;
    assert_eq!(code(world.holds(&of_rick, Some(&rick)).await), "right_ended");
    assert!(world.holds(&of_tina, Some(&tina)).await.is_ok());
    relinquish_grant(&world.db, &tina, request.grant.unwrap(), Relinquishment::default()).await.unwrap();
    assert_eq!(code(world.holds(&of_tina, Some(&tina)).await), "grant_ended");
    world.terms(json!({"mode": "open"})).await;
    let open = world.door(&tina).await.unwrap();
    assert!(world.holds(&open, None).await.is_ok());
    world.terms(json!({"mode": "review"})).await;
    assert_eq!(code(world.holds(&open, None).await), "right_ended");
}

async fn a_plan_that_is_read_slowly_ends_with_its_right(world: World) {
    let paths: Vec<String> = (0..501).map(|n| format!("{n}.csv")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let name = world.publish_files("2.0.0", &paths, &[]).await;
    let (tina, rita) = (world.ctx("tina").await, world.ctx("rita").await);
    let (store, tickets) = (world.store(), Tickets::open(&world.db).await.unwrap());
    for ended_by in ["nothing", "revocation", "time"] {
        let grant = granted(&world).await.grant.unwrap();
        let clock = Arc::new(ManualClock::at(world.now));
        let services =
            (&world.db, &store, world.gate.clone() as Arc<dyn DownloadGate>, clock.clone() as _, &tickets);
        let links = LinkBase { base: String::new(), into_store: true };
        let mut plan = plan(services, &tina, links, name.clone(), PlanRequest::default()).await.unwrap();
        assert_eq!(plan.next_lines().await.unwrap().map(|lines| lines.len()), Some(500));
        let why: Revocation = serde_json::from_value(json!({"reason": "Misused."})).unwrap();
        match ended_by {
            "time" => clock.advance(400 * DAY),
            "revocation" => drop(revoke_grant(&world.db, &rita, grant.clone(), why).await.unwrap()),
            _ => {}
        }
        match (plan.next_lines().await, ended_by) {
            (lines, "nothing") => assert_eq!(lines.unwrap().map(|lines| lines.len()), Some(1)),
            (lines, _) => assert_eq!(code(lines), "grant_ended"),
        }
        if ended_by == "nothing" {
            relinquish_grant(&world.db, &tina, grant, Relinquishment::default()).await.unwrap();
        }
    }
}

async fn every_delivery_is_in_the_account(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let request = granted(&world).await;
    let (tina, pat) = (world.ctx("tina").await, world.ctx("pat").await);
    let permit = world.door(&tina).await.unwrap();
    let (dataset, version) = world.ids().await;
    const DELIVERIES: usize = 1201;
    let delivery = |n: usize| Delivery {
        at: world.now,
        person: tina.principal().map(|principal| principal.person.clone()),
        permit: permit.clone(),
        dataset: dataset.clone(),
        version: version.clone(),
        path: format!("{n}.csv"),
        bytes: 7,
        size: 7,
        model: n.is_multiple_of(2).then(|| "example-7b".to_owned()),
        run: None,
    };
    let many = world.gate.record((1..DELIVERIES).map(delivery).collect());
    let (one, many) = (world.gate.record(vec![delivery(0)]).await.unwrap(), many.await.unwrap());
    assert_eq!((one.len(), many.len()), (1, DELIVERIES - 1));
    world.gate.cut_short(one[0].clone(), 3);
    world.gate.flush().await;
    let grant = request.grant.unwrap();
    let (mut found, mut page) = (Vec::new(), first_page());
    loop {
        let items = list_grant_deliveries(&world.db, &tina, grant.clone(), page).await.unwrap();
        found.extend(items.items);
        let Some(next) = items.next else { break };
        page = PageRequest::new(Some(200), Some(&next.encode())).unwrap();
    }
    let paths: std::collections::BTreeSet<_> = found.iter().map(|item| item.path.clone()).collect();
    assert_eq!((found.len(), paths.len()), (DELIVERIES, DELIVERIES));
    let newest = &found[0];
    assert_eq!((newest.path.as_str(), newest.way, newest.bytes), ("1200.csv", Ground::Grant, 7));
    let short: Vec<_> = found.iter().filter(|item| item.bytes == 3).map(|item| item.path.as_str()).collect();
    assert_eq!(short, ["0.csv"]);
    assert_eq!(newest.version.as_deref(), Some("1.0.0"));
    assert_eq!(newest.organisation.as_ref().map(cadastre::kernel::Slug::as_str), Some("works"));
    assert_eq!(newest.person.as_ref().map(|person| person.name.as_str()), Some("Tina"));
    assert_eq!(newest.model.as_deref(), Some("example-7b"));
    let seen = list_dataset_deliveries(&world.db, &pat, world.dataset(), first_page()).await.unwrap();
    assert_eq!(seen.items.len(), 200);
    assert_eq!(
        code(list_dataset_deliveries(&world.db, &tina, world.dataset(), first_page()).await),
        "not_found"
    );
    let eve = world.ctx("eve").await;
    assert_eq!(code(list_grant_deliveries(&world.db, &eve, grant, first_page()).await), "not_found");
}

async fn a_repeated_request_has_one_effect(world: World) {
    world.terms(json!({"mode": "automatic", "offer": for_training()})).await;
    let mut tina = world.ctx("tina").await;
    tina.idempotency = Some(IdempotencyKey { key: "tina:1".into(), fingerprint: Digest::of(b"body") });
    let send = || submit_request(&world.db, &tina, world.request("works", "pre_training"));
    let (first, second): (Result<Request>, _) = (send().await, send().await);
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((&first.id, &first.grant), (&second.id, &second.grant));
    assert!(first.grant.is_some());
    let grants = list_grants(&world.db, &tina, Filters::default(), first_page()).await.unwrap();
    assert_eq!(grants.items.len(), 1);
}
