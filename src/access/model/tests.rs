//! The rules of access: who may do what when, when a grant holds, what may be stated.

use proptest::prelude::*;

use super::{
    Application, Approval, Command, DatasetName, Grant, GrantCommand, GrantState, RequestState, Side,
    Standing,
};
use crate::kernel::{Error, GrantId, Kind, RequestId, Timestamp};
use crate::policies::Purpose;

fn codes(error: &Error) -> Vec<(String, &'static str)> {
    error.field_errors().iter().map(|field| (field.pointer.clone(), field.code)).collect()
}

#[test]
fn the_table_of_commands_is_the_documented_one() {
    use Command::*;
    use RequestState::*;
    let reachable = |from: RequestState| -> Vec<_> {
        Command::ALL.iter().filter_map(|command| Some((*command, from.after(*command).ok()?))).collect()
    };
    assert_eq!(
        reachable(Submitted),
        [(Withdraw, Withdrawn), (Return, Returned), (Approve, Approved), (Reject, Rejected)]
    );
    assert_eq!(reachable(Returned), [(Withdraw, Withdrawn), (Resubmit, Submitted)]);
    for terminal in [Approved, Rejected, Withdrawn] {
        assert_eq!(reachable(terminal), []);
        assert!(!terminal.is_open());
    }
}

#[test]
fn a_wrong_state_is_named() {
    let error = RequestState::Rejected.after(Command::Approve).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Conflict, "wrong_state"));
    assert!(error.detail().contains("rejected") && error.detail().contains("submitted"), "{error}");
}

fn standings() -> impl Strategy<Value = Standing> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(acts_for_applicant, interested, reviewer)| {
        Standing { acts_for_applicant, interested: interested || acts_for_applicant, reviewer }
    })
}

proptest! {
    #[test]
    fn no_sequence_of_commands_breaks_the_rules(
        commands in proptest::collection::vec((standings(), proptest::sample::select(Command::ALL)), 0..40)
    ) {
        let mut state = RequestState::Submitted;
        for (who, command) in commands {
            let Ok(next) = who.may_give(command).and_then(|()| state.after(command)) else { continue };
            prop_assert!(state.is_open(), "{state} is terminal, and moved to {next}");
            match command.rule().side {
                Side::Reviewer => {
                    prop_assert!(who.reviewer && !who.interested, "{who:?} decided");
                    prop_assert_eq!(state, RequestState::Submitted);
                }
                Side::Applicant => prop_assert!(who.acts_for_applicant),
            }
            prop_assert_eq!(next == RequestState::Approved, command == Command::Approve);
            state = next;
        }
    }

    #[test]
    fn a_grant_holds_from_its_start_until_just_before_its_end(from in 0_i64..1000, span in 1_i64..1000, now in 0_i64..2500) {
        let grant = grant(from, from + span);
        let inside = from <= now && now < from + span;
        prop_assert_eq!(grant.is_active(Timestamp::from_millis(now)), inside);
        for state in [GrantState::Suspended, GrantState::Revoked, GrantState::Relinquished] {
            let over = Grant { state, ..grant.clone() };
            prop_assert!(!over.is_active(Timestamp::from_millis(now)));
        }
    }

    #[test]
    fn an_approval_never_gives_longer_than_was_asked_for(now in 0_i64..10_000_000_000, until in 0_i64..400_000_000_000, days in 1_u32..3651) {
        let now = Timestamp::from_millis(now);
        let approval = Approval { until: Some(Timestamp::from_millis(until)), ..Approval::default() };
        match approval.end(now, days) {
            Ok(end) => prop_assert!(now < end && end <= now.plus_days(days)),
            Err(error) => {
                prop_assert_eq!(codes(&error), [("/until".to_owned(), "out_of_range")]);
                prop_assert!(until <= now.as_millis() || until > now.plus_days(days).as_millis());
            }
        }
        prop_assert_eq!(Approval::default().end(now, days).unwrap(), now.plus_days(days));
    }
}

fn grant(from: i64, until: i64) -> Grant {
    Grant {
        id: GrantId::generate(),
        request: RequestId::generate(),
        dataset: "harbour/tides".into(),
        space: "mobility".parse().unwrap(),
        organisation: "model-works".parse().unwrap(),
        purpose: Purpose::PreTraining,
        state: GrantState::Active,
        active: true,
        from: Timestamp::from_millis(from),
        until: Timestamp::from_millis(until),
        versions: None,
        conditions: None,
        policy_revision: 1,
        basis: None,
        ended_at: None,
        suspended_at: None,
        reason: None,
        revision: 1,
    }
}

#[test]
fn the_one_who_asks_never_decides_and_others_only_as_reviewers() {
    let neutral = Standing { acts_for_applicant: false, interested: false, reviewer: true };
    for command in [Command::Return, Command::Approve, Command::Reject] {
        assert!(neutral.may_give(command).is_ok());
        let interested = Standing { interested: true, ..neutral };
        assert_eq!(interested.may_give(command).unwrap_err().code(), "conflict_of_interest");
        let stranger = Standing { reviewer: false, ..neutral };
        assert_eq!(stranger.may_give(command).unwrap_err().code(), "reviewer_required");
    }
    for command in [Command::Withdraw, Command::Resubmit] {
        assert_eq!(neutral.may_give(command).unwrap_err().code(), "applicant_required");
    }
}

#[test]
fn a_grant_ends_once() {
    let now = Timestamp::from_millis(5);
    let revoked = grant(0, 10).after(GrantCommand::Revoke, Some("misuse".into()), now).unwrap();
    assert_eq!((revoked.active, revoked.ended_at, revoked.revision), (false, Some(now), 2));
    let error = revoked.after(GrantCommand::Relinquish, None, now).unwrap_err();
    assert_eq!(error.code(), "wrong_state");
    assert!(error.detail().contains("revoked at 1970-01-01T00:00:00.005Z"), "{error}");
    let late = grant(0, 10).after(GrantCommand::Revoke, None, Timestamp::from_millis(10)).unwrap_err();
    assert!(late.detail().contains("time was up"), "{late}");
}

#[test]
fn a_grant_pauses_without_ending() {
    let at = Timestamp::from_millis;
    let suspended = grant(0, 10).after(GrantCommand::Suspend, Some("a report".into()), at(5)).unwrap();
    assert_eq!((suspended.active, suspended.suspended_at, suspended.ended_at), (false, Some(at(5)), None));
    assert!(suspended.is_suspended(at(9)) && !suspended.is_suspended(at(10)));
    let resumed = suspended.clone().after(GrantCommand::Resume, None, at(7)).unwrap();
    assert_eq!((resumed.active, resumed.suspended_at, &resumed.reason), (true, None, &None));
    assert_eq!(resumed.until, at(10), "a pause does not make it longer");
    for command in [GrantCommand::Revoke, GrantCommand::Relinquish] {
        let ended = suspended.clone().after(command, None, at(8)).unwrap();
        assert_eq!((ended.ended_at, ended.suspended_at), (Some(at(8)), None));
    }
    let late = suspended.after(GrantCommand::Resume, None, at(10)).unwrap_err();
    assert!(late.detail().contains("time was up"), "{late}");
}

#[test]
fn a_grant_covers_its_versions_and_its_purpose() {
    let all = grant(0, 10);
    let one = Grant { versions: Some(vec!["1.0.0".parse().unwrap()]), ..all.clone() };
    let (first, second) = ("1.0.0".parse().unwrap(), "2.0.0".parse().unwrap());
    assert!(all.covers(&second, None) && one.covers(&first, Some(Purpose::PreTraining)));
    assert!(!one.covers(&second, None) && !all.covers(&first, Some(Purpose::Rag)));
}

#[test]
fn an_approval_for_no_version_is_refused() {
    let approval = Approval { versions: Some(Vec::new()), ..Approval::default() };
    assert_eq!(codes(&approval.check().unwrap_err()), [("/versions".to_owned(), "required")]);
}

#[test]
fn what_is_stated_is_checked_at_its_place() {
    let application = |change: fn(&mut serde_json::Value)| {
        let mut json =
            serde_json::json!({"purpose": "rag", "justification": "A question answering service."});
        change(&mut json);
        serde_json::from_value::<Application>(json).unwrap()
    };
    let good = application(|_| {});
    assert!(good.check().is_ok());
    assert_eq!((good.duration_days, good.statement.is_empty()), (365, true));
    for place in ["FR", "EU", "EEA"] {
        let json = serde_json::json!({"purpose": "rag", "justification": "Long enough.", "statement": {"processing_location": place}});
        assert!(serde_json::from_value::<Application>(json).unwrap().check().is_ok(), "{place}");
    }
    type Case = (fn(&mut serde_json::Value), &'static str, &'static str);
    let cases: [Case; 7] = [
        (|json| json["justification"] = "too short".into(), "/justification", "too_short"),
        (|json| json["justification"] = "x".repeat(5001).into(), "/justification", "too_long"),
        (|json| json["duration_days"] = 0.into(), "/duration_days", "out_of_range"),
        (|json| json["duration_days"] = 3651.into(), "/duration_days", "out_of_range"),
        (
            |json| json["statement"] = serde_json::json!({"processing_location": "Mars"}),
            "/statement/processing_location",
            "place",
        ),
        (|json| json["members"] = serde_json::json!(["ada", "ada"]), "/members/1", "duplicate"),
        (
            |json| json["members"] = (0..101).map(|n| format!("login-{n}")).collect::<Vec<_>>().into(),
            "/members",
            "too_many",
        ),
    ];
    for (change, pointer, code) in cases {
        assert_eq!(codes(&application(change).check().unwrap_err()), [(pointer.to_owned(), code)]);
    }
}

#[test]
fn a_dataset_is_named_by_its_organisation_and_its_name() {
    let name: DatasetName = "harbour-institute/tides-2024".parse().unwrap();
    assert_eq!(name.to_string(), "harbour-institute/tides-2024");
    for bad in ["", "tides", "/tides", "harbour/", "a/b", "harbour/tides/1", "Harbour/tides"] {
        assert!(bad.parse::<DatasetName>().is_err(), "{bad}");
    }
}
