//! The authorization matrix: every operation of the contract by every kind of caller, against what each must get.
//!
//! Refused callers go first and must leave the journal as it was; the allowed ones follow, each with a target of its
//! own when the operation changes something. A second pass holds every operation on a dataset against one that most
//! callers may not know of: to them it must look exactly like one that is not there.

mod table;
mod target;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use cadastre::config::Links;
use cadastre::kernel::Scope;
use cadastre::server::contract;
use serde_json::Value;

use crate::app::TestApp;
use crate::client::{Answer, Client, send};
use crate::on_both_shapes;
use crate::world::World;
use table::{ROWS, Row};
use target::{Ask, Look, Targets};

on_both_shapes! {
    every_operation_answers_every_caller_as_the_table_says
    what_a_caller_may_not_know_of_looks_as_if_it_were_not_there
}

#[test]
fn every_operation_has_its_row_and_every_row_its_operation() {
    let rows: Vec<&str> = ROWS.iter().map(|row| row.operation).collect();
    let unique: BTreeSet<&str> = rows.iter().copied().collect();
    assert_eq!(unique.len(), rows.len(), "an operation has two rows");
    let offered = operations();
    let offered: BTreeSet<&str> = offered.iter().map(|(_, operation)| operation.as_str()).collect();
    let missing: Vec<_> = offered.difference(&unique).collect();
    let superfluous: Vec<_> = unique.difference(&offered).collect();
    assert!(missing.is_empty(), "operations without a row: {missing:?}");
    assert!(superfluous.is_empty(), "rows without an operation: {superfluous:?}");
}

/// Every operation on a path below that of a dataset is held against a hidden one.
#[test]
fn every_operation_on_a_dataset_is_held_against_a_hidden_one() {
    let left_out: Vec<String> = operations()
        .into_iter()
        .filter(|(path, operation)| {
            let row = ROWS.iter().find(|row| row.operation == operation);
            path.contains("/datasets/{org}/{name}") && !row.is_some_and(Row::names_a_dataset)
        })
        .map(|(_, operation)| operation)
        .collect();
    assert!(left_out.is_empty(), "{left_out:?}");
}

/// Path and id of every operation of the contract.
fn operations() -> Vec<(String, String)> {
    let document = serde_json::to_value(contract()).expect("the contract is JSON");
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let ids = item
            .as_object()
            .expect("a path item")
            .values()
            .filter_map(|operation| operation.get("operationId"));
        operations.extend(ids.map(|id| (path.clone(), id.as_str().expect("a text").to_owned())));
    }
    operations
}

async fn every_operation_answers_every_caller_as_the_table_says(app: TestApp) {
    let mut matrix = Matrix::set_up(app, Look::Public).await;
    for row in ROWS {
        matrix.hold(row, row.expected()).await;
    }
    matrix.report();
}

async fn what_a_caller_may_not_know_of_looks_as_if_it_were_not_there(app: TestApp) {
    let mut matrix = Matrix::set_up(app, Look::Hidden).await;
    for row in ROWS.iter().filter(|row| row.names_a_dataset()) {
        let expected = row.expected_of_a_hidden_dataset();
        matrix.hold(row, expected).await;
        matrix.compare_with_nothing(row).await;
    }
    matrix.report();
}

struct Matrix {
    targets: Targets,
    callers: BTreeMap<&'static str, Client>,
    wrong_scope: BTreeMap<&'static str, Client>,
    mismatches: Vec<String>,
}

impl Matrix {
    /// Links are signed by the service, also where the store could: so they are an operation that can be tried.
    async fn set_up(app: TestApp, look: Look) -> Self {
        let app = app.set_up(|settings| settings.links = Some(Links::Service)).await;
        let world = World::settle(app).await;
        let app = &world.app;
        let membership = format!("/organisations/{}/members/removed", crate::world::PROVIDER);
        world
            .admin
            .post("/people", serde_json::json!({"login": "removed", "name": "removed"}))
            .await
            .expect(201);
        world.admin.put(&membership, serde_json::json!({"role": "publisher"})).await.expect(200);
        let removed = app.full_client("removed").await;
        removed.get(&membership.replace("/removed", "")).await.expect(200);
        world.admin.delete(&membership).await.expect(204);
        let callers = [
            ("anonymous", app.anonymous.clone()),
            ("stranger", world.stranger.clone()),
            ("expired", app.expired_client("provider").await),
            ("trainer", world.trainer.clone()),
            ("other_provider", world.other_provider.clone()),
            ("provider", world.provider.clone()),
            ("reviewer_elsewhere", world.reviewer_elsewhere.clone()),
            ("reviewer", world.reviewer.clone()),
            ("steward", world.steward.clone()),
            ("admin", world.admin.clone()),
            ("removed", removed),
        ];
        // Attempts to sign in are limited by address, so each caller comes from one of its own.
        let callers = callers.into_iter().zip(10..).map(|((name, client), last)| {
            (name, client.at_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))))
        });
        let callers = callers.collect();
        let mut wrong_scope = BTreeMap::new();
        for lacking in Scope::ALL {
            let rest: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| scope != lacking).collect();
            wrong_scope.insert(lacking.as_str(), app.client("provider", &rest).await);
        }
        wrong_scope.insert("-", app.client("provider", &[Scope::Request]).await);
        Self { targets: Targets::new(world, look), callers, wrong_scope, mismatches: Vec::new() }
    }

    fn client(&self, caller: &str, row: &Row) -> Client {
        let found =
            if caller == "wrong_scope" { self.wrong_scope.get(row.scope) } else { self.callers.get(caller) };
        found.unwrap_or_else(|| panic!("no client for {caller} in {}", row.operation)).clone()
    }

    /// Sends the operation as each caller, the refused ones first.
    async fn hold(&mut self, row: &Row, expected: Vec<(&'static str, u16)>) {
        let (allowed, refused): (Vec<_>, Vec<_>) =
            expected.into_iter().partition(|(_, status)| *status < 400);
        let mut ask = self.targets.make(row.operation).await;
        let before = self.targets.world.app.journal_size();
        for (caller, status) in refused {
            self.cell(row, caller, status, &ask).await;
        }
        let after = self.targets.world.app.journal_size();
        if before != after {
            self.mismatches.push(format!(
                "{}: refused callers left {} events",
                row.operation,
                after - before
            ));
        }
        for (caller, status) in allowed {
            if self.cell(row, caller, status, &ask).await < 300 && ask.uses_up() {
                ask = self.targets.make(row.operation).await;
            }
        }
    }

    async fn cell(&mut self, row: &Row, caller: &str, expected: u16, ask: &Ask) -> u16 {
        let answer = patiently(&self.client(caller, row), ask).await;
        if answer.status != expected {
            self.mismatches.push(format!("{} as {caller}: expected {expected}; {answer}", row.operation));
        }
        answer.status
    }

    /// To those who may not know of the target, the answer is the one about a dataset that was never there.
    async fn compare_with_nothing(&mut self, row: &Row) {
        let ask = self.targets.make(row.operation).await;
        for caller in row.uninformed() {
            let client = self.client(caller, row);
            let (hidden, nothing) =
                (patiently(&client, &ask).await, patiently(&client, &ask.of_nothing(&self.targets)).await);
            if essence(&hidden) != essence(&nothing) {
                self.mismatches.push(format!("{} as {caller}: {hidden}, but {nothing}", row.operation));
            }
        }
    }

    fn report(&self) {
        assert!(
            self.mismatches.is_empty(),
            "{} mismatches:\n{}",
            self.mismatches.len(),
            self.mismatches.join("\n")
        );
    }
}

/// Sends; waits as told when signing in is limited.
async fn patiently(client: &Client, ask: &Ask) -> Answer {
    loop {
        let answer = send(ask.request(client)).await;
        if answer.status != 429 {
            return answer;
        }
        let wait = answer.header("retry-after").parse().unwrap_or(1);
        tokio::time::sleep(Duration::from_secs(wait)).await;
    }
}

/// What a caller learns from a refusal.
fn essence(answer: &Answer) -> (u16, Value) {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(body) = body.as_object_mut() {
        body.remove("request_id");
    }
    (answer.status, body)
}
