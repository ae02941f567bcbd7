//! Grants that pause: nothing is given meanwhile, the holder learns why, and nobody gets round it.

use cadastre::access::{
    Approval, Filters, GrantState, Relinquishment, Resumption, Revocation, Suspension, approve_request,
    list_grants, may_i, relinquish_grant, resume_grant, revoke_grant, show_grant, submit_request,
    suspend_grant,
};
use cadastre::datasets::Ground;
use cadastre::kernel::GrantId;
use serde_json::json;

use super::world::{DAY, NOW, World, code, for_training};
use super::{asked, first_page, granted};

on_both_databases! {
    nothing_is_given_while_a_grant_pauses
    a_pause_is_not_got_round_by_asking_anew
    whoever_gives_grants_may_let_them_pause
    nobody_resumes_in_their_own_case
    a_grant_that_pauses_may_end
    a_pause_does_not_make_a_grant_longer
}

fn report() -> Suspension {
    Suspension { reason: "A report of misuse".into() }
}

async fn suspended(world: &World) -> GrantId {
    let grant = granted(world).await.grant.unwrap();
    suspend_grant(&world.db, &world.ctx("rita").await, grant.clone(), report()).await.unwrap();
    grant
}

async fn nothing_is_given_while_a_grant_pauses(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let grant = granted(&world).await.grant.unwrap();
    let (tina, rita) = (world.ctx("tina").await, world.ctx("rita").await);
    let permit = world.door(&tina).await.unwrap();
    let shown = suspend_grant(&world.db, &rita, grant.clone(), report()).await.unwrap();
    assert_eq!((shown.state, shown.active, shown.suspended_at), (GrantState::Suspended, false, Some(*NOW)));
    for refusal in
        [world.door(&tina).await.unwrap_err(), world.holds(&permit, Some(&tina)).await.unwrap_err()]
    {
        assert_eq!(refusal.code(), "grant_suspended");
        assert!(refusal.detail().contains("A report of misuse"), "{refusal}");
        assert_eq!(refusal.next_step(), Some(shown.path().as_str()));
    }
    let answer = may_i(&world.db, world.gate.clone(), &tina, world.dataset(), None).await.unwrap();
    assert_eq!((answer.allowed, answer.code), (false, "grant_suspended"));
    let pausing = Filters { state: Some(GrantState::Suspended), ..Filters::default() };
    assert_eq!(list_grants(&world.db, &tina, pausing, first_page()).await.unwrap().items.len(), 1);

    let shown = resume_grant(&world.db, &rita, grant.clone(), Resumption::default()).await.unwrap();
    assert_eq!((shown.active, shown.suspended_at, shown.reason), (true, None, None));
    assert_eq!(world.door(&tina).await.unwrap().grant, Some(grant));
    assert!(world.holds(&permit, Some(&tina)).await.is_ok());
}

async fn a_pause_is_not_got_round_by_asking_anew(world: World) {
    world.terms(json!({"mode": "automatic", "offer": for_training()})).await;
    let tina = world.ctx("tina").await;
    let grant = asked(&world, "pre_training").await.grant.unwrap();
    let stan = world.ctx("stan").await;
    suspend_grant(&world.db, &stan, grant, report()).await.unwrap();
    let again = submit_request(&world.db, &tina, world.request("works", "pre_training")).await.unwrap_err();
    assert_eq!(again.code(), "grant_suspended");
    assert!(again.detail().contains("A report of misuse"), "{again}");
    let other = submit_request(&world.db, &tina, world.request("works", "fine_tuning")).await.unwrap();
    assert!(other.grant.is_some(), "another purpose is another right");
    assert_eq!(world.door(&tina).await.unwrap().grant, other.grant);
}

async fn whoever_gives_grants_may_let_them_pause(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let grant = granted(&world).await.grant.unwrap();
    for (login, expected) in [
        ("tina", "revoker_required"),
        ("admin", "revoker_required"),
        ("member", "not_found"),
        ("eve", "not_found"),
        ("other", "not_found"),
    ] {
        let ctx = world.ctx(login).await;
        assert_eq!(code(suspend_grant(&world.db, &ctx, grant.clone(), report()).await), expected, "{login}");
    }
    let empty = Suspension { reason: String::new() };
    assert_eq!(
        code(suspend_grant(&world.db, &world.ctx("rita").await, grant.clone(), empty).await),
        "invalid"
    );
    for login in ["pat", "rita", "stan"] {
        let ctx = world.ctx(login).await;
        suspend_grant(&world.db, &ctx, grant.clone(), report()).await.unwrap();
        assert_eq!(code(suspend_grant(&world.db, &ctx, grant.clone(), report()).await), "wrong_state");
        resume_grant(&world.db, &ctx, grant.clone(), Resumption::default()).await.unwrap();
        let again = resume_grant(&world.db, &ctx, grant.clone(), Resumption::default()).await;
        assert_eq!(code(again), "wrong_state", "{login}");
    }
}

async fn nobody_resumes_in_their_own_case(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let grant = suspended(&world).await;
    let owen = world.ctx("owen").await;
    let own = resume_grant(&world.db, &owen, grant.clone(), Resumption::default()).await;
    assert_eq!(code(own), "conflict_of_interest");
    let tina = world.ctx("tina").await;
    assert_eq!(
        code(resume_grant(&world.db, &tina, grant.clone(), Resumption::default()).await),
        "revoker_required"
    );
    assert_eq!(code(world.door(&tina).await), "grant_suspended");
    world.leave("works", "owen").await;
    let owen = world.ctx("owen").await;
    resume_grant(&world.db, &owen, grant, Resumption::default()).await.expect("a stranger to it by now");
}

async fn a_grant_that_pauses_may_end(world: World) {
    world.terms(json!({"mode": "review"})).await;
    let tina = world.ctx("tina").await;
    let grant = suspended(&world).await;
    let given_back = relinquish_grant(&world.db, &tina, grant, Relinquishment::default()).await.unwrap();
    assert_eq!((given_back.state, given_back.suspended_at), (GrantState::Relinquished, None));
    assert_eq!(code(world.door(&tina).await), "grant_ended");

    let grant = suspended(&world).await;
    let pat = world.ctx("pat").await;
    let revocation = Revocation { reason: "The report was right".into() };
    let revoked = revoke_grant(&world.db, &pat, grant.clone(), revocation).await.unwrap();
    assert_eq!(revoked.state, GrantState::Revoked);
    assert_eq!(code(resume_grant(&world.db, &pat, grant, Resumption::default()).await), "wrong_state");
}

async fn a_pause_does_not_make_a_grant_longer(mut world: World) {
    world.terms(json!({"mode": "review"})).await;
    let request = asked(&world, "pre_training").await;
    let until = Approval { until: Some(NOW.plus(DAY)), ..Approval::default() };
    let rita = world.ctx("rita").await;
    let grant = approve_request(&world.db, &rita, request.id, until).await.unwrap().grant.unwrap();
    suspend_grant(&world.db, &rita, grant.clone(), report()).await.unwrap();
    world.now = NOW.plus(DAY);
    let (tina, rita) = (world.ctx("tina").await, world.ctx("rita").await);
    assert_eq!(code(world.door(&tina).await), "grant_ended");
    assert_eq!(
        code(resume_grant(&world.db, &rita, grant.clone(), Resumption::default()).await),
        "wrong_state"
    );
    assert!(!show_grant(&world.db, &tina, grant).await.unwrap().active);
    world.terms(json!({"mode": "open"})).await;
    assert_eq!(world.door(&tina).await.unwrap().ground, Ground::Open);
}
