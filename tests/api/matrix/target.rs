//! What each operation of the matrix is tried on: a request with everything in it valid.

use std::cell::Cell;

use cadastre::kernel::Digest;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::client::Client;
use crate::world::{OTHER_SPACE, PROVIDER, SPACE, TRAINER, World, application, record};

/// The digest of `DATA`'s bytes stands in every published dataset; this is a digest of nothing.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// A password for whoever needs one.
const PASSWORD: &str = "a long enough password";

/// Who may know of the datasets that are made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Everybody.
    Public,
    /// The trainer's organisation, and whoever has a part in the dataset or its space.
    Hidden,
}

/// Makes targets, each with a name of its own.
pub struct Targets {
    pub world: World,
    look: Look,
    made: Cell<u32>,
}

/// A request that can be sent by anybody.
pub struct Ask {
    method: Method,
    path: String,
    body: Option<Value>,
    raw: bool,
}

impl Ask {
    /// The request, as this caller.
    pub fn request(&self, client: &Client) -> RequestBuilder {
        let mut request = client.request(self.method.clone(), &self.path);
        if matches!(self.method, Method::PUT | Method::DELETE) {
            request = request.header("If-Match", "*");
        }
        match &self.body {
            _ if self.raw => request.body("raw bytes"),
            Some(body) => request.json(body),
            None => request,
        }
    }

    /// Whether a success uses the target up; a password is good for many sessions.
    pub fn uses_up(&self) -> bool {
        self.method != Method::GET && self.path != "/sessions"
    }

    /// The same request for a dataset that was never there.
    pub fn of_nothing(&self, targets: &Targets) -> Self {
        let name = targets.last_name();
        let body = self.body.as_ref().map(|body| {
            serde_json::from_str(&body.to_string().replace(&format!("/{name}\""), "/never-there\""))
                .expect("still JSON")
        });
        let path = self.path.replace(&format!("/{name}"), "/never-there");
        Self { method: self.method.clone(), path, body, raw: self.raw }
    }
}

fn get(path: impl Into<String>) -> Ask {
    Ask { method: Method::GET, path: path.into(), body: None, raw: false }
}

fn post(path: impl Into<String>, body: Value) -> Ask {
    Ask { method: Method::POST, path: path.into(), body: Some(body), raw: false }
}

fn put(path: impl Into<String>, body: Value) -> Ask {
    Ask { method: Method::PUT, path: path.into(), body: Some(body), raw: false }
}

fn put_nothing(path: impl Into<String>) -> Ask {
    Ask { method: Method::PUT, path: path.into(), body: None, raw: false }
}

fn delete(path: impl Into<String>) -> Ask {
    Ask { method: Method::DELETE, path: path.into(), body: None, raw: false }
}

impl Targets {
    pub fn new(world: World, look: Look) -> Self {
        Self { world, look, made: Cell::new(0) }
    }

    /// The name that the target made last has.
    fn last_name(&self) -> String {
        format!("thing-{}-", self.made.get()).trim_end_matches('-').to_owned()
    }

    fn next_name(&self) -> String {
        self.made.set(self.made.get() + 1);
        self.last_name()
    }

    /// A fresh target for this operation.
    pub async fn make(&self, operation: &str) -> Ask {
        let name = self.next_name();
        match operation {
            "get_contract" => get("/openapi.json"),
            "get_docs" => get("/docs"),
            "get_docs_file" => get("/docs/index.html"),
            "list_tokens" => get("/tokens"),
            "list_people" => get("/people"),
            "list_organisations" => get("/organisations"),
            "list_spaces" => get("/spaces"),
            "list_datasets" => get("/datasets"),
            "list_changes" => get("/changes"),
            "list_requests" => get("/requests"),
            "list_grants" => get("/grants"),
            "get_checkpoint" => get("/journal/checkpoint"),
            "get_tile" => get("/journal/tile/0/000.p/7"),
            "get_entry_bundle" => get("/journal/tile/entries/000.p/7"),
            "get_trust_policy" => get("/journal/trust-policy"),
            "list_journal" => get("/journal"),
            "list_receipts" => get(format!("/journal/receipts/{SPACE}")),
            "get_entry" | "get_entry_proof" => self.of_entries(operation, &name).await,
            "list_templates" => get("/policies/templates"),
            "evaluate_policy" => post(
                "/policies/evaluate",
                json!({"policy": {"@id": "urn:x:1", "@type": "Set",
                "permission": {"action": "use"}}, "facts": {"now": "2026-11-26T12:00:00Z", "scope": "see"}}),
            ),
            "compose_policy" => post("/policies/compose", json!({"templates": [{"template": "ethics"}]})),
            "get_agreement_style" => get("/assets/agreement.css"),
            "get_me" | "create_session" | "redeem_code" | "delete_session" | "create_token"
            | "revoke_token" | "create_person" | "get_person" | "update_person" | "issue_code"
            | "erase_person" => self.of_identity(operation, &name).await,
            "create_organisation"
            | "get_organisation"
            | "update_organisation"
            | "list_members"
            | "put_member"
            | "remove_member" => self.of_organisations(operation, &name).await,
            "create_space"
            | "get_space"
            | "update_space"
            | "list_space_members"
            | "put_space_member"
            | "remove_space_member"
            | "list_space_roles"
            | "put_space_role"
            | "remove_space_role"
            | "get_extension"
            | "publish_extension" => self.of_spaces(operation, &name).await,
            "list_sources"
            | "create_source"
            | "get_source"
            | "update_source"
            | "delete_source"
            | "list_source_records"
            | "start_source_run"
            | "list_source_runs"
            | "get_source_run"
            | "confirm_source_run"
            | "discard_source_run" => self.of_sources(operation).await,
            "create_dataset"
            | "create_import"
            | "get_dataset"
            | "update_dataset"
            | "delete_dataset"
            | "list_dataset_receipts"
            | "list_history"
            | "get_history"
            | "get_completeness"
            | "get_origins"
            | "get_quality"
            | "get_policy"
            | "set_policy"
            | "simulate_policy"
            | "list_policy_revisions"
            | "recall_grants" => self.of_datasets(operation, &name).await,
            "delete_version" | "publish_version" | "offer_files" | "put_file" | "delete_file"
            | "create_check" => self.of_drafts(operation, &name).await,
            "get_access"
            | "list_dataset_deliveries"
            | "submit_request"
            | "get_request"
            | "list_evaluations"
            | "approve_request"
            | "reject_request"
            | "return_request"
            | "resubmit_request"
            | "withdraw_request" => self.of_requests(operation, &name).await,
            _ => self.of_versions(operation, &name).await,
        }
    }

    /// A person of this login.
    async fn person(&self, login: &str) {
        self.world.admin.post("/people", json!({"login": login, "name": login})).await.expect(201);
    }

    /// A one-time code of a fresh person.
    async fn code(&self, login: &str) -> String {
        self.person(login).await;
        self.world.admin.post(&format!("/people/{login}/code"), json!({})).await.expect(201).text("/code")
    }

    async fn of_identity(&self, operation: &str, name: &str) -> Ask {
        let person = json!({"login": name, "name": "Renamed"});
        match operation {
            "get_me" => get("/me"),
            "delete_session" => delete("/sessions/current"),
            "create_token" => post("/tokens", json!({"name": name, "scopes": ["publish"]})),
            "create_person" => post("/people", person),
            "get_person" => get("/people/provider"),
            "redeem_code" => {
                let code = self.code(name).await;
                post("/sessions/redeem", json!({"code": code, "password": PASSWORD}))
            }
            "create_session" => {
                let code = self.code(name).await;
                let redeemed = post("/sessions/redeem", json!({"code": code, "password": PASSWORD}));
                super::patiently(&self.world.app.anonymous, &redeemed).await.expect(201);
                post("/sessions", json!({"login": name, "password": PASSWORD}))
            }
            "revoke_token" => {
                let token = json!({"name": name, "scopes": ["read"]});
                let made = self.world.provider.post("/tokens", token).await.expect(201);
                delete(format!("/tokens/{}", made.text("/id")))
            }
            _ => {
                self.person(name).await;
                match operation {
                    "update_person" => put(format!("/people/{name}"), person),
                    "erase_person" => post(format!("/people/{name}/erase"), json!({"reason": "Asked for."})),
                    _ => post(format!("/people/{name}/code"), json!({})),
                }
            }
        }
    }

    async fn of_organisations(&self, operation: &str, name: &str) -> Ask {
        let stated = |slug: &str| json!({"slug": slug, "name": "Stated", "kind": "sme", "country": "FR"});
        let path = format!("/organisations/{PROVIDER}");
        match operation {
            "create_organisation" => post("/organisations", stated(name)),
            "get_organisation" => get(path),
            "update_organisation" => put(path, stated(PROVIDER)),
            "list_members" => get(format!("{path}/members")),
            _ => {
                self.person(name).await;
                let membership = format!("{path}/members/{name}");
                if operation == "put_member" {
                    return put(membership, json!({"role": "member"}));
                }
                self.world.admin.put(&membership, json!({"role": "member"})).await.expect(200);
                delete(membership)
            }
        }
    }

    async fn of_spaces(&self, operation: &str, name: &str) -> Ask {
        let stated = |slug: &str| json!({"slug": slug, "names": {"en": "Stated"}});
        let schema = json!({"schema": {"type": "object"}});
        let path = format!("/spaces/{SPACE}");
        let admin = &self.world.admin;
        match operation {
            "create_space" => post("/spaces", stated(name)),
            "get_space" => get(path),
            "update_space" => put(path, stated(SPACE)),
            "list_space_members" => get(format!("{path}/members")),
            "put_space_member" | "remove_space_member" => {
                let organisation = json!({"slug": name, "name": name, "kind": "sme", "country": "FR"});
                admin.post("/organisations", organisation).await.expect(201);
                let member = format!("{path}/members/{name}");
                if operation == "put_space_member" {
                    return put_nothing(member);
                }
                admin.put(&member, Value::Null).await.expect(204);
                delete(member)
            }
            "list_space_roles" => get(format!("{path}/roles")),
            "put_space_role" | "remove_space_role" => {
                self.person(name).await;
                let role = format!("{path}/roles/{name}/reviewer");
                if operation == "put_space_role" {
                    return put_nothing(role);
                }
                admin.put(&role, Value::Null).await.expect(204);
                delete(role)
            }
            "get_extension" => {
                let path = format!("/spaces/{OTHER_SPACE}/extension");
                admin.post(&path, schema).await.expect(201);
                get(path)
            }
            _ => post(format!("/spaces/{OTHER_SPACE}/extension").replace(OTHER_SPACE, SPACE), schema),
        }
    }

    /// A source, or a run of one. What runs in the background is over, so that no event comes of it later.
    async fn of_sources(&self, operation: &str) -> Ask {
        let ask = self.source(operation).await;
        let path = format!("/spaces/{SPACE}/sources?limit=200");
        crate::app::until(async || {
            let sources = self.world.admin.get(&path).await.expect(200).items();
            sources.iter().all(|source| source["state"] == "idle")
        })
        .await;
        ask
    }

    async fn source(&self, operation: &str) -> Ask {
        // An address of documentation (RFC 5737), which is never asked.
        let stated = json!({"kind": "dcat", "url": "http://192.0.2.1/catalog.ttl", "organisation": PROVIDER});
        let path = format!("/spaces/{SPACE}/sources");
        match operation {
            "list_sources" => return get(path),
            "create_source" => return post(path, stated),
            _ => {}
        }
        let admin = &self.world.admin;
        let source = format!("{path}/{}", admin.post(&path, stated.clone()).await.expect(201).text("/id"));
        match operation {
            "get_source" => get(source),
            "update_source" => put(source, stated),
            "delete_source" => delete(source),
            "list_source_records" => get(format!("{source}/records")),
            "start_source_run" => post(format!("{source}/run"), json!({})),
            "list_source_runs" => get(format!("{source}/runs")),
            _ => {
                let run = admin.post(&format!("{source}/run"), json!({})).await.expect(202).text("/id");
                let run = format!("{source}/runs/{run}");
                match operation {
                    "confirm_source_run" => post(format!("{run}/confirm"), json!({})),
                    "discard_source_run" => post(format!("{run}/discard"), json!({})),
                    _ => get(run),
                }
            }
        }
    }

    /// What is stated of a dataset of this look.
    fn stated(&self) -> Value {
        match self.look {
            Look::Public => json!({"visibility": "public"}),
            Look::Hidden => json!({"visibility": "organisations", "audience": [TRAINER]}),
        }
    }

    async fn dataset(&self, name: &str) -> String {
        self.world.dataset_with(name, "review", self.stated()).await
    }

    async fn published(&self, name: &str) -> String {
        let dataset = self.dataset(name).await;
        self.world.publish(&dataset, "1.0.0").await;
        dataset
    }

    async fn of_datasets(&self, operation: &str, name: &str) -> Ask {
        let mut stated = self.stated();
        stated["space"] = json!(SPACE);
        stated["record"] = record();
        if operation == "create_dataset" {
            stated["organisation"] = json!(PROVIDER);
            stated["name"] = json!(name);
            return post("/datasets", stated);
        }
        if operation == "create_import" {
            let package = json!({"title": "Tides", "resources": []});
            let place = format!("organisation={PROVIDER}&space={SPACE}&name={name}");
            return post(format!("/imports?format=data-package&{place}"), package);
        }
        if operation == "delete_dataset" {
            let mut announced = self.stated();
            announced["announced"] = json!(true);
            return delete(self.world.dataset_with(name, "review", announced).await);
        }
        let dataset = self.published(name).await;
        match operation {
            "get_dataset" => get(dataset),
            "update_dataset" => put(dataset, stated),
            "list_dataset_receipts" => get(format!("{dataset}/receipts")),
            "list_history" => get(format!("{dataset}/history")),
            "get_history" => get(format!("{dataset}/history/1")),
            "get_completeness" => get(format!("{dataset}/completeness")),
            "get_origins" => get(format!("{dataset}/origins")),
            "get_quality" => get(format!("{dataset}/quality")),
            "get_policy" => get(format!("{dataset}/policy")),
            "recall_grants" => post(format!("{dataset}/policy/recall"), json!({"reason": "New terms."})),
            "set_policy" => put(format!("{dataset}/policy"), json!({"mode": "secure"})),
            "simulate_policy" => post(format!("{dataset}/policy/simulate"), json!({"mode": "secure"})),
            _ => get(format!("{dataset}/policy/revisions")),
        }
    }

    async fn of_drafts(&self, operation: &str, name: &str) -> Ask {
        let dataset = self.published(name).await;
        let draft = self.world.draft(&dataset, "2.0.0").await;
        let reference = json!({"files": [{
            "path": "elsewhere.csv", "size": 0, "sha256": NOTHING,
            "reference": {"kind": "download_url", "url": "https://example.org/elsewhere.csv"},
        }]});
        let files = format!("{draft}/files");
        match operation {
            "delete_version" => delete(draft),
            "publish_version" => post(format!("{draft}/publish"), json!({})),
            "offer_files" => post(files, reference),
            "put_file" => Ask { raw: true, ..put_nothing(format!("{files}/more.csv")) },
            "delete_file" => delete(format!("{files}/data.csv")),
            _ => {
                self.world.provider.post(&files, reference).await.expect(200);
                post(format!("{draft}/checks"), json!({"path": "elsewhere.csv"}))
            }
        }
    }

    async fn of_versions(&self, operation: &str, name: &str) -> Ask {
        let dataset = self.published(name).await;
        let version = format!("{dataset}/versions/1.0.0");
        match operation {
            "list_versions" => return get(format!("{dataset}/versions")),
            "create_version" => return post(format!("{dataset}/versions"), json!({"version": "3.0.0"})),
            "get_version" => return get(version),
            "withdraw_version" => return post(format!("{version}/withdraw"), json!({"reason": "Wrong."})),
            "get_manifest" => return get(format!("{version}/manifest")),
            "get_attestation" => return get(format!("{version}/attestation")),
            "list_schemas" => return get(format!("{version}/schemas")),
            "list_replicas" => return get(format!("{version}/replicas")),
            "list_files" => return get(format!("{version}/files")),
            "list_occurrences" => return get(format!("/blobs/sha256/{NOTHING}")),
            _ => {}
        }
        let grant = self.world.grant(&dataset, "pre_training").await;
        match operation {
            "get_file" => get(format!("{version}/files/data.csv")),
            "create_download_plan" => {
                post(format!("{version}/download-plan"), json!({"paths": ["data.csv"]}))
            }
            "create_replica" => {
                let digest = self.world.provider.get(&version).await.expect(200).text("/digest");
                let stated = json!({"site": "cluster", "path": "/data", "digest": digest});
                post(format!("{version}/replicas"), stated)
            }
            "get_ticket" => get(self.ticket(&version).await),
            "get_grant" => get(format!("/grants/{grant}")),
            "get_agreement" => get(format!("/grants/{grant}/agreement")),
            "accept_agreement" => {
                let agreement =
                    self.world.trainer.get(&format!("/grants/{grant}/agreement")).await.expect(200);
                let digest = Digest::of(&agreement.body).to_string();
                post(format!("/grants/{grant}/accept"), json!({"digest": digest}))
            }
            "revoke_grant" => post(format!("/grants/{grant}/revoke"), json!({"reason": "It ended."})),
            "suspend_grant" => post(format!("/grants/{grant}/suspend"), json!({"reason": "A report."})),
            "resume_grant" => {
                let suspension = json!({"reason": "A report."});
                self.world.reviewer.post(&format!("/grants/{grant}/suspend"), suspension).await.expect(200);
                post(format!("/grants/{grant}/resume"), json!({}))
            }
            "get_delivery_proof" => get(self.sealed_delivery(&grant, &version).await),
            "relinquish_grant" => post(format!("/grants/{grant}/relinquish"), json!({})),
            "list_grant_deliveries" => get(format!("/grants/{grant}/deliveries")),
            unknown => panic!("the matrix has no target for {unknown}: add one"),
        }
    }

    /// The path of the proof of a delivery under a grant.
    async fn sealed_delivery(&self, grant: &str, version: &str) -> String {
        self.world.trainer.get(&format!("{version}/files/data.csv")).await.expect(200);
        self.world.app.seal().await;
        let seen = self.world.trainer.get(&format!("/grants/{grant}/deliveries")).await.expect(200);
        format!("/deliveries/{}/proof", seen.text("/items/0/id"))
    }

    /// The path of a link that the service signed.
    async fn ticket(&self, version: &str) -> String {
        let plan = self.world.trainer.post(&format!("{version}/download-plan"), json!({})).await.expect(200);
        let line = plan.body.split(|byte| *byte == b'\n').next().expect("a line");
        let line: Value = serde_json::from_slice(line).expect("JSON");
        let url = line["url"].as_str().expect("a link");
        url[url.find("/download/").expect("a link of the service")..].to_owned()
    }

    /// The entry of a request that the trainer has made, once it is signed.
    async fn of_entries(&self, operation: &str, name: &str) -> Ask {
        let dataset = self.published(name).await;
        let request = self.world.ask(&dataset, "rag").await.expect(201).text("/id");
        let receipts = format!("/journal/receipts/{request}");
        let receipts = self.world.admin.get(&receipts).await.expect(200).items();
        let position = receipts[0]["entry"]["seq"].as_i64().expect("a position");
        match operation {
            "get_entry" => get(format!("/journal/entries/{position}")),
            _ => get(format!("/journal/entries/{position}/proof")),
        }
    }

    async fn of_requests(&self, operation: &str, name: &str) -> Ask {
        let dataset = self.published(name).await;
        match operation {
            "get_access" => return get(format!("{dataset}/access")),
            "list_dataset_deliveries" => return get(format!("{dataset}/deliveries")),
            "submit_request" => return post("/requests", application(&dataset, "rag")),
            _ => {}
        }
        let request = self.world.ask(&dataset, "rag").await.expect(201).text("/id");
        let path = format!("/requests/{request}");
        let remark = json!({"remark": "See the terms."});
        match operation {
            "get_request" => get(path),
            "list_evaluations" => get(format!("{path}/evaluations")),
            "approve_request" => post(format!("{path}/approve"), json!({})),
            "reject_request" => post(format!("{path}/reject"), remark),
            "return_request" => post(format!("{path}/return"), remark),
            "withdraw_request" => post(format!("{path}/withdraw"), json!({})),
            _ => {
                self.world.reviewer.post(&format!("{path}/return"), remark).await.expect(200);
                let mut stated = application(&dataset, "rag");
                for fixed in ["dataset", "organisation"] {
                    stated.as_object_mut().expect("an object").remove(fixed);
                }
                post(format!("{path}/resubmit"), stated)
            }
        }
    }
}
