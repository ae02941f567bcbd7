//! Who and what is there when a test begins: people in their parts, organisations, two data spaces, and datasets of
//! every access mode.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};

/// The organisation that provides.
pub const PROVIDER: &str = "harbour-institute";
/// The organisation that trains.
pub const TRAINER: &str = "model-works";
/// The space whose reviewers decide.
pub const SPACE: &str = "health";
/// A space with other reviewers.
pub const OTHER_SPACE: &str = "mobility";
/// The bytes of the file `data.csv` that every published dataset has.
pub const DATA: &str = "station,level\na,1\nb,2\n";
/// The bytes of its file `sample.csv`, which is a sample.
pub const SAMPLE: &str = "station,level\na,1\n";

/// Logins with the organisation each belongs to and the role there.
const PEOPLE: [(&str, &str, &str); 9] = [
    ("stranger", "elsewhere", "owner"),
    ("trainer", TRAINER, "owner"),
    ("trainee", TRAINER, "member"),
    ("other-provider", "other-lab", "owner"),
    ("provider", PROVIDER, "publisher"),
    ("owner", PROVIDER, "owner"),
    ("reviewer-elsewhere", "authority", "member"),
    ("reviewer", "authority", "member"),
    ("steward", "authority", "owner"),
];

/// The people, each with a token of all scopes.
pub struct World {
    pub app: TestApp,
    pub stranger: Client,
    pub trainer: Client,
    pub other_provider: Client,
    pub provider: Client,
    pub reviewer_elsewhere: Client,
    pub reviewer: Client,
    pub steward: Client,
    pub admin: Client,
}

impl World {
    /// Lets everybody in.
    pub async fn settle(app: TestApp) -> Self {
        let admin = app.full_client("admin").await;
        for slug in ["elsewhere", TRAINER, "other-lab", PROVIDER, "authority"] {
            let new = json!({"slug": slug, "name": slug, "kind": "research", "country": "NL"});
            admin.post("/organisations", new).await.expect(201);
        }
        for (login, organisation, role) in PEOPLE {
            admin.post("/people", json!({"login": login, "name": login})).await.expect(201);
            let membership = format!("/organisations/{organisation}/members/{login}");
            admin.put(&membership, json!({"role": role})).await.expect(200);
        }
        for (login, space, role) in [
            ("reviewer", SPACE, "reviewer"),
            ("steward", SPACE, "steward"),
            ("reviewer-elsewhere", OTHER_SPACE, "reviewer"),
        ] {
            let path = format!("/spaces/{space}/roles/{login}/{role}");
            admin.put(&path, Value::Null).await.expect(204);
        }
        for organisation in [PROVIDER, TRAINER] {
            let path = format!("/spaces/{SPACE}/members/{organisation}");
            admin.put(&path, Value::Null).await.expect(204);
        }
        Self {
            stranger: app.full_client("stranger").await,
            trainer: app.full_client("trainer").await,
            other_provider: app.full_client("other-provider").await,
            provider: app.full_client("provider").await,
            reviewer_elsewhere: app.full_client("reviewer-elsewhere").await,
            reviewer: app.full_client("reviewer").await,
            steward: app.full_client("steward").await,
            admin,
            app,
        }
    }

    /// Registers a dataset with a complete record and these terms; tells its path.
    pub async fn dataset(&self, name: &str, mode: &str) -> String {
        self.dataset_with(name, mode, json!({})).await
    }

    /// The same, with other things stated.
    pub async fn dataset_with(&self, name: &str, mode: &str, stated: Value) -> String {
        let mut new = json!({"organisation": PROVIDER, "name": name, "space": SPACE, "record": record()});
        new.as_object_mut().unwrap().extend(stated.as_object().unwrap().clone());
        self.provider.post("/datasets", new).await.expect(201);
        let path = format!("/datasets/{PROVIDER}/{name}");
        self.provider.put(&format!("{path}/policy"), terms(mode)).await.expect(200);
        path
    }

    /// Begins version `number` with the two files; tells its path.
    pub async fn draft(&self, dataset: &str, number: &str) -> String {
        self.provider.post(&format!("{dataset}/versions"), json!({"version": number})).await.expect(201);
        let version = format!("{dataset}/versions/{number}");
        self.provider.upload(&format!("{version}/files/data.csv"), DATA).await.expect(201);
        let sample = format!("{version}/files/sample.csv?sample=true");
        self.provider.upload(&sample, SAMPLE).await.expect(201);
        version
    }

    /// A draft, published; tells its path.
    pub async fn publish(&self, dataset: &str, number: &str) -> String {
        let version = self.draft(dataset, number).await;
        self.provider.post(&format!("{version}/publish"), json!({})).await.expect(200);
        version
    }

    /// A dataset with these terms and version 1.0.0; tells its path.
    pub async fn published(&self, name: &str, mode: &str) -> String {
        let dataset = self.dataset(name, mode).await;
        self.publish(&dataset, "1.0.0").await;
        dataset
    }

    /// The trainer's request for a dataset.
    pub async fn ask(&self, dataset: &str, purpose: &str) -> Answer {
        self.trainer.post("/requests", application(dataset, purpose)).await
    }

    /// The trainer's grant for a dataset, approved by the reviewer; tells its id.
    pub async fn grant(&self, dataset: &str, purpose: &str) -> String {
        let request = self.ask(dataset, purpose).await.expect(201).text("/id");
        let approved =
            self.reviewer.post(&format!("/requests/{request}/approve"), json!({})).await.expect(200);
        approved.text("/grant")
    }
}

/// What the trainer states in a request; the dataset as a path of the API.
pub fn application(dataset: &str, purpose: &str) -> Value {
    json!({
        "dataset": dataset.trim_start_matches("/datasets/"),
        "organisation": TRAINER,
        "purpose": purpose,
        "justification": "Training of a model of water levels.",
        "statement": {"processing_location": "EU"},
        "duration_days": 30,
    })
}

/// Terms of use with this access mode.
pub fn terms(mode: &str) -> Value {
    if mode != "automatic" {
        return json!({ "mode": mode });
    }
    json!({"mode": mode, "offer": {
        "@context": ["https://w3id.org/dspace/2025/1/odrl-profile.jsonld", {"cad": "urn:cadastre:policy:"}],
        "@id": "urn:cadastre:offer:training",
        "@type": "Offer",
        "permission": [{"action": "use", "constraint": [{
            "leftOperand": "odrl:purpose", "operator": "isAnyOf",
            "rightOperand": [{"@id": "cad:ModelTraining"}, {"@id": "cad:ModelEvaluation"}],
        }]}],
    }})
}

/// A record with everything that publication asks for.
pub fn record() -> Value {
    serde_json::from_str(include_str!("../../src/cli/demo/data/iris.json")).expect("a record")
}
