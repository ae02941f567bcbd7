//! A source: what is harvested, for whom, how often, and how far it is trusted.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::journal::tlog::TrustPolicy;
use crate::kernel::{
    Checks, OrganisationId, Result, RunId, Slug, SourceId, Timestamp, text_enum, whole, whole_option,
};

text_enum! {
    /// What speaks at the other side.
    pub enum SourceKind {
        /// Another Cadastre, by its changes: incremental, with deletions.
        Cadastre = "cadastre",
        /// DCAT-AP as Turtle, RDF/XML, JSON-LD or N-Triples: one document, or pages after Hydra.
        Dcat = "dcat",
        /// The action API of CKAN.
        Ckan = "ckan",
        /// OAI-PMH 2.0: incremental, with deletions where the repository keeps them.
        OaiPmh = "oai_pmh",
    }
}

text_enum! {
    /// What happens with a source.
    pub enum SourceState {
        /// Nothing; it waits for its time or for somebody who asks.
        Idle = "idle",
        /// It is being harvested.
        Running = "running",
        /// A run waits for somebody to confirm or discard it.
        AwaitingConfirmation = "awaiting_confirmation",
        /// It is being removed, with what was harvested from it.
        Removing = "removing",
    }
}

/// The longest trust policy, in bytes.
const MOST_TRUST: usize = 65_536;

/// A source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = HarvestSource)]
pub struct Source {
    /// The id.
    pub id: SourceId,
    /// The data space its records are listed in.
    pub space: Slug,
    /// The organisation its records are listed under.
    pub organisation: Slug,
    /// The id of that organisation.
    pub organisation_id: OrganisationId,
    /// What speaks at the other side.
    pub kind: SourceKind,
    /// Where.
    pub url: String,
    /// Hosts that may be asked.
    pub hosts: Vec<String>,
    /// Hours between two runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_hours: Option<i64>,
    /// From how many percent of deletions on somebody is asked first.
    pub threshold: i64,
    /// How long a run may take, in minutes.
    pub deadline_minutes: i64,
    /// The most records of a run.
    pub most_records: i64,
    /// What happens with it.
    pub state: SourceState,
    /// The run that is not over yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// When it is harvested next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_run_at: Option<Timestamp>,
    /// The keys by which the log of another Cadastre is known, as a trust policy (C2SP tlog-policy): the one that a steward gave, or
    /// the one that was met at the first run and kept since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_policy: Option<String>,
    /// The newest checkpoint of that log that was seen, as a signed note: later ones have to continue it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// Counts the changes of what is stated.
    pub revision: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When what is stated last changed.
    pub updated_at: Timestamp,
    /// What the last complete run left for the next.
    #[serde(skip)]
    pub kept: Kept,
    /// The person who registered it.
    #[serde(skip)]
    pub created_by: String,
}

/// What a complete run leaves for the next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The entity tag of a single document.
    pub etag: Option<String>,
    /// When a single document was last modified.
    pub last_modified: Option<String>,
    /// Where the changes go on.
    pub continuation: Option<String>,
}

/// What is stated of a source.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "dcat", "url": "https://data.example.org/catalog.ttl", "organisation": "harbour-institute", "every_hours": 24}))]
pub struct NewSource {
    /// What speaks at the other side; cannot be changed later.
    pub kind: SourceKind,
    /// Where: the document, the base of the CKAN or Cadastre, the address of the OAI-PMH repository. Another Cadastre may be
    /// narrowed by `?space=…` or `?organisation=…`, a repository by `?set=…`. A repository is asked for DCAT where it has it, else
    /// for `oai_dc`, unless `?metadataPrefix=…` names the format.
    #[schema(max_length = 2048)]
    pub url: String,
    /// The organisation its records are listed under, of which you must be a publisher; cannot be changed later.
    pub organisation: Slug,
    /// Hours between two runs, 1 to 8,760; when not given it is harvested only when somebody asks.
    #[serde(default, deserialize_with = "whole_option")]
    #[schema(minimum = 1, maximum = 8760)]
    pub every_hours: Option<i64>,
    /// Hosts that may be asked beside the one of the address, as `host` or `host:port`.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub hosts: Vec<String>,
    /// From how many percent of deletions on somebody is asked first, 0 to 100.
    #[serde(default = "NewSource::threshold", deserialize_with = "whole")]
    #[schema(minimum = 0, maximum = 100)]
    pub threshold: i64,
    /// The keys by which the log of another Cadastre is known, as a trust policy (C2SP tlog-policy). Without it, the one that is met
    /// at the first run is kept. Give a new one where the other side has changed its key.
    #[serde(default)]
    #[schema(max_length = 65536)]
    pub trust_policy: Option<String>,
    /// How long a run may take, in minutes, 1 to 1,440.
    #[serde(default = "NewSource::deadline", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 1440)]
    pub deadline_minutes: i64,
    /// The most records of a run, 1 to 1,000,000.
    #[serde(default = "NewSource::records", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub most_records: i64,
}

impl NewSource {
    fn threshold() -> i64 {
        20
    }

    fn deadline() -> i64 {
        120
    }

    fn records() -> i64 {
        200_000
    }

    /// Checks every field.
    ///
    /// # Errors
    /// 422 with what is wrong.
    pub fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks.http_url("/url", &self.url);
        checks.at_most("/hosts", self.hosts.len(), 20);
        for (index, host) in self.hosts.iter().enumerate() {
            let readable = Url::parse(&format!("http://{host}/")).ok().filter(|url| {
                url.path() == "/"
                    && url.username().is_empty()
                    && url.password().is_none()
                    && url.query().is_none()
            });
            let short = host.len() <= 260 && readable.is_some();
            checks.require(
                short,
                &format!("/hosts/{index}"),
                "host",
                "write a host, or a host and a port as host:port",
            );
        }
        if let Err((code, detail)) = self.check_trust() {
            checks.require(false, "/trust_policy", code, detail);
        }
        let spans = [
            ("/every_hours", self.every_hours.unwrap_or(1), 1, 8760),
            ("/threshold", self.threshold, 0, 100),
            ("/deadline_minutes", self.deadline_minutes, 1, 1440),
            ("/most_records", self.most_records, 1, 1_000_000),
        ];
        for (pointer, value, least, most) in spans {
            let lies = (least..=most).contains(&value);
            checks.require(lies, pointer, "out_of_range", format!("must lie between {least} and {most}"));
        }
        checks.finish()
    }

    fn check_trust(&self) -> Result<(), (&'static str, String)> {
        let Some(policy) = &self.trust_policy else { return Ok(()) };
        if self.kind != SourceKind::Cadastre {
            return Err(("not_for_this_kind", "only another Cadastre has a log".into()));
        }
        if policy.len() > MOST_TRUST {
            return Err(("too_long", format!("must have at most {MOST_TRUST} bytes")));
        }
        let policy =
            TrustPolicy::parse(policy).map_err(|error| ("trust_policy", error.detail().to_owned()))?;
        if policy.logs().is_empty() {
            return Err(("trust_policy", "has no line “log <key>”, so that no log is known by it".into()));
        }
        Ok(())
    }

    /// The hosts that may be asked, the one of the address first.
    #[must_use]
    pub fn all_hosts(&self) -> Vec<String> {
        let own = Url::parse(&self.url).ok().and_then(|url| {
            let host = url.host_str()?.to_owned();
            Some(url.port().map_or(host.clone(), |port| format!("{host}:{port}")))
        });
        let mut hosts: Vec<String> =
            own.into_iter().chain(self.hosts.iter().map(|host| host.to_lowercase())).collect();
        let mut seen = std::collections::BTreeSet::new();
        hosts.retain(|host| seen.insert(host.clone()));
        hosts
    }
}

impl Source {
    /// When the run after one that begins now is due.
    #[must_use]
    pub fn due_after(&self, now: Timestamp) -> Option<Timestamp> {
        let hours = u64::try_from(self.every_hours?).unwrap_or(1);
        Some(now.plus(Duration::from_secs(hours * 3600)))
    }

    /// How long a run may take.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.deadline_minutes).unwrap_or(1) * 60)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn new(more: serde_json::Value) -> NewSource {
        let mut stated = json!({"kind": "dcat", "url": "https://Data.example.org:8443/catalog", "organisation": "lab-one"});
        stated.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(stated).unwrap()
    }

    #[test]
    fn what_is_stated_has_limits() {
        assert!(new(json!({})).check().is_ok());
        for (field, value) in [
            ("url", json!("ftp://example.org/")),
            ("url", json!("https://user:word@example.org/")),
            ("hosts", json!(["exa mple"])),
            ("hosts", json!(["example.org/path"])),
            ("every_hours", json!(0)),
            ("threshold", json!(101)),
            ("deadline_minutes", json!(1441)),
            ("most_records", json!(0)),
            ("trust_policy", json!("quorum none")),
        ] {
            let error = new(json!({ field: value })).check().unwrap_err();
            assert!(error.field_errors()[0].pointer.starts_with(&format!("/{field}")), "{field}: {error}");
        }
    }

    #[test]
    fn the_host_of_the_address_may_be_asked() {
        let hosts = new(json!({"hosts": ["Files.example.org", "data.example.org:8443"]})).all_hosts();
        assert_eq!(hosts, ["data.example.org:8443", "files.example.org"]);
    }
}
