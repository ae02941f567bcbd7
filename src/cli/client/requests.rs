//! Asking for access, deciding on it, and the grants that come of it.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::{Value, json};

use super::error::{CliError, Exit, Result};
use super::http::{Client, document};
use super::local::read_json;
use super::names::DatasetName;
use super::options::GlobalOptions;
use super::output::{Column, Output, column};
use crate::kernel::Slug;

/// How often `--wait` looks whether the request is decided.
const LOOK: Duration = Duration::from_secs(5);

/// The most requests that are listed.
const MOST: usize = 10_000;

const COLUMNS: [Column; 7] = [
    column("ID", "/id"),
    column("STATE", "/state"),
    column("DATASET", "/dataset"),
    column("ORGANISATION", "/organisation"),
    column("PURPOSE", "/purpose"),
    column("APPLICANT", "/applicant/name"),
    column("CREATED", "/created_at"),
];

const DETAILS: [Column; 15] = [
    column("ID", "/id"),
    column("STATE", "/state"),
    column("DATASET", "/dataset"),
    column("SPACE", "/space"),
    column("ORGANISATION", "/organisation"),
    column("APPLICANT", "/applicant/name"),
    column("PURPOSE", "/purpose"),
    column("JUSTIFICATION", "/justification"),
    column("STATED", "/statement"),
    column("DAYS", "/duration_days"),
    column("MEMBERS", "/members"),
    column("REMARK", "/remark"),
    column("VERDICT", "/verdict"),
    column("DECIDED", "/decided_at"),
    column("GRANT", "/grant"),
];

/// The lines of a verdict.
pub(super) const LINES: [Column; 4] = [
    column("LINE", "/pointer"),
    column("DECIDED", "/label"),
    column("OUTCOME", "/outcome"),
    column("REASON", "/reason"),
];

/// Asks for access and follows it.
#[derive(Debug, Subcommand)]
pub enum RequestCommand {
    /// Ask for access to a dataset
    New(Box<NewRequest>),
    /// List requests you may see
    List(ListRequests),
    /// Show a request
    Show {
        /// Id of the request
        id: String,
    },
    /// Take a request back
    Withdraw {
        /// Id of the request
        id: String,
        /// Why
        #[arg(long)]
        remark: Option<String>,
    },
    /// Answer a request that was returned to you, and send it in again
    Resubmit {
        /// Id of the request
        id: String,
        #[command(flatten)]
        application: Application,
    },
}

/// A request for access.
#[derive(Debug, Args)]
pub struct NewRequest {
    /// The dataset, as organisation/name
    dataset: DatasetName,
    /// The organisation that asks
    #[arg(long)]
    organisation: Slug,
    #[command(flatten)]
    application: Application,
    /// Stay until it is decided; exit code 5 unless it was approved
    #[arg(long)]
    wait: bool,
}

/// What an applicant states.
#[derive(Debug, Args)]
pub struct Application {
    /// What the data are for: pre_training, fine_tuning, alignment, evaluation, rag, synthetic_generation,
    /// research, education, testing or production
    #[arg(long)]
    purpose: String,
    /// Why this purpose needs these data
    #[arg(long, value_name = "TEXT")]
    justification: String,
    /// For how many days; 365 when not given
    #[arg(long)]
    days: Option<u32>,
    /// Where the data will be processed: a country as two letters, EU or EEA
    #[arg(long, value_name = "PLACE")]
    location: Option<String>,
    /// The secure processing environment in which the data will be processed
    #[arg(long, value_name = "IRI")]
    environment: Option<String>,
    /// What names the approval of an ethics committee
    #[arg(long, value_name = "TEXT")]
    ethics_approval: Option<String>,
    /// Who may use a model trained on the data: internal_only, hosted or open_weights
    #[arg(long, value_name = "WHO")]
    model_access: Option<String>,
    /// File with the whole statement in JSON, for what has no option of its own: payment, research
    #[arg(long, value_name = "FILE")]
    statement: Option<PathBuf>,
    /// Login of a person who will work with the data; once for each
    #[arg(long = "member", value_name = "LOGIN")]
    members: Vec<Slug>,
}

impl Application {
    fn to_json(&self, dataset: Option<&DatasetName>, organisation: Option<&Slug>) -> Result<Value> {
        Ok(document([
            ("dataset", dataset.map(|dataset| json!(dataset.to_string()))),
            ("organisation", organisation.map(|slug| json!(slug))),
            ("purpose", Some(json!(self.purpose))),
            ("justification", Some(json!(self.justification))),
            ("duration_days", self.days.map(|days| json!(days))),
            ("statement", self.stated()?),
            ("members", (!self.members.is_empty()).then(|| json!(self.members))),
        ]))
    }

    /// The file's statement with what the options add to it.
    fn stated(&self) -> Result<Option<Value>> {
        let mut statement =
            self.statement.as_deref().map(read_json).transpose()?.unwrap_or_else(|| json!({}));
        let options = [
            ("processing_location", &self.location),
            ("processing_environment", &self.environment),
            ("ethics_approval", &self.ethics_approval),
            ("model_access", &self.model_access),
        ];
        if let Some(members) = statement.as_object_mut() {
            let given =
                options.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value.as_ref()?))));
            members.extend(given);
        }
        let empty = statement.as_object().is_some_and(serde_json::Map::is_empty);
        Ok((!empty).then_some(statement))
    }
}

/// Which requests are listed.
#[derive(Debug, Args)]
pub struct ListRequests {
    /// Only those in this state: submitted, returned, approved, rejected or withdrawn
    #[arg(long)]
    state: Option<String>,
    /// Only those for this dataset
    #[arg(long)]
    dataset: Option<DatasetName>,
    /// Only those of this organisation
    #[arg(long)]
    organisation: Option<Slug>,
    /// Only those in this space
    #[arg(long)]
    space: Option<Slug>,
}

/// Reviews requests.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// List requests that wait for a decision
    List(ListRequests),
    /// Show a request
    Show {
        /// Id of the request
        id: String,
    },
    /// Approve a request, which makes a grant
    Approve(Approval),
    /// Reject a request
    Reject(Decision),
    /// Send a request back for changes
    Return(Decision),
}

/// A decision with its reason.
#[derive(Debug, Args)]
pub struct Decision {
    /// Id of the request
    id: String,
    /// What the applicant is told
    #[arg(long, value_name = "TEXT")]
    remark: Option<String>,
}

/// An approval and its bounds.
#[derive(Debug, Args)]
pub struct Approval {
    #[command(flatten)]
    decision: Decision,
    /// Last day of the grant (2027-06-30), or its last instant (2027-06-30T12:00:00Z)
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Grant this version only; once for each
    #[arg(long = "version", value_name = "VERSION")]
    versions: Vec<String>,
    /// Conditions of the grant
    #[arg(long, value_name = "TEXT")]
    conditions: Option<String>,
    /// A line of the verdict that is left to you, and why it holds; once for each
    #[arg(long = "confirm", value_name = "LINE=REASON")]
    confirmed: Vec<Confirmed>,
}

/// Runs `cadastre request`.
///
/// # Errors
/// Whatever the server refuses; with `--wait`, when the request was not approved.
pub async fn request(options: &GlobalOptions, command: RequestCommand) -> Result<()> {
    let (client, out) = options.connect()?;
    match command {
        RequestCommand::New(new) => submit(&client, out, &new).await,
        RequestCommand::List(filter) => list(&client, out, filter).await,
        RequestCommand::Show { id } => show(&client, out, &id).await,
        RequestCommand::Withdraw { id, remark } => {
            command_on(&client, out, &id, "withdraw", &remark_json(remark.as_deref())).await
        }
        RequestCommand::Resubmit { id, application } => {
            command_on(&client, out, &id, "resubmit", &application.to_json(None, None)?).await
        }
    }
}

/// Runs `cadastre review`.
///
/// # Errors
/// Whatever the server refuses.
pub async fn review(options: &GlobalOptions, command: ReviewCommand) -> Result<()> {
    let (client, out) = options.connect()?;
    match command {
        ReviewCommand::List(mut filter) => {
            filter.state.get_or_insert_with(|| "submitted".into());
            list(&client, out, filter).await
        }
        ReviewCommand::Show { id } => show(&client, out, &id).await,
        ReviewCommand::Approve(approval) => {
            let id = approval.decision.id.clone();
            command_on(&client, out, &id, "approve", &approval.to_json()).await
        }
        ReviewCommand::Reject(Decision { id, remark }) => {
            command_on(&client, out, &id, "reject", &remark_json(remark.as_deref())).await
        }
        ReviewCommand::Return(Decision { id, remark }) => {
            command_on(&client, out, &id, "return", &remark_json(remark.as_deref())).await
        }
    }
}

impl Approval {
    fn to_json(&self) -> Value {
        document([
            ("remark", self.decision.remark.as_ref().map(|remark| json!(remark))),
            ("until", self.until.as_deref().map(|until| json!(last_instant(until)))),
            ("versions", (!self.versions.is_empty()).then(|| json!(self.versions))),
            ("conditions", self.conditions.as_ref().map(|conditions| json!(conditions))),
            ("confirmed", (!self.confirmed.is_empty()).then(|| json!(self.confirmed))),
        ])
    }
}

/// A line of the verdict and why it holds, written as LINE=REASON.
#[derive(Debug, Clone, Serialize)]
struct Confirmed {
    line: String,
    reason: String,
}

impl FromStr for Confirmed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (line, reason) = text.split_once('=').ok_or(
            "write the line and why it holds as LINE=REASON, for example /permission/0/constraint/0=seen",
        )?;
        // The policy as a whole is the line without a name.
        let line = if line == "/" { "" } else { line };
        Ok(Self { line: line.to_owned(), reason: reason.to_owned() })
    }
}

/// A day stands for its last instant; an instant for itself.
fn last_instant(date: &str) -> String {
    if date.contains('T') { date.to_owned() } else { format!("{date}T23:59:59Z") }
}

fn remark_json(remark: Option<&str>) -> Value {
    document([("remark", remark.map(|remark| json!(remark)))])
}

async fn submit(client: &Client, out: Output, new: &NewRequest) -> Result<()> {
    let body = new.application.to_json(Some(&new.dataset), Some(&new.organisation))?;
    let mut request: Value = client.post(&["requests"], &body).read().await?;
    if new.wait {
        request = wait(client, out, request).await?;
    }
    out.one(&DETAILS, &request)?;
    if new.wait && state(&request) != "approved" { Err(not_approved(&request)) } else { Ok(()) }
}

/// Looks again and again until the request is no longer under way.
async fn wait(client: &Client, out: Output, mut request: Value) -> Result<Value> {
    let id = text(&request, "id").to_owned();
    if state(&request) == "submitted" {
        out.note(&format!("waiting for the decision on {id}; Ctrl-C stops the waiting, not the request"));
    }
    while state(&request) == "submitted" {
        tokio::time::sleep(LOOK).await;
        request = client.get(&["requests", &id]).read().await?;
    }
    Ok(request)
}

fn not_approved(request: &Value) -> CliError {
    let id = text(request, "id");
    let error = CliError::new(Exit::Denied, format!("the request is {}, not approved", state(request)))
        .details(request.get("remark").and_then(Value::as_str).map(|remark| format!("remark: {remark}")));
    if state(request) == "returned" {
        error.hint(format!("cadastre request resubmit {id} --purpose PURPOSE --justification TEXT"))
    } else {
        error.hint(format!("cadastre request show {id}"))
    }
}

fn state(request: &Value) -> &str {
    text(request, "state")
}

fn text<'a>(request: &'a Value, field: &str) -> &'a str {
    request.get(field).and_then(Value::as_str).unwrap_or_default()
}

async fn list(client: &Client, out: Output, filter: ListRequests) -> Result<()> {
    let query = [
        ("state", filter.state),
        ("dataset", filter.dataset.map(|dataset| dataset.to_string())),
        ("organisation", filter.organisation.map(|slug| slug.to_string())),
        ("space", filter.space.map(|slug| slug.to_string())),
    ];
    let (items, _) = client.list(&["requests"], &query, MOST).await?;
    out.list(&COLUMNS, &items)
}

async fn show(client: &Client, out: Output, id: &str) -> Result<()> {
    let request: Value = client.get(&["requests", id]).read().await?;
    out.one(&DETAILS, &request)?;
    match request.pointer("/verdict/lines").and_then(Value::as_array) {
        Some(lines) if out.is_for_people() => out.list(&LINES, lines),
        _ => Ok(()),
    }
}

async fn command_on(client: &Client, out: Output, id: &str, command: &str, body: &Value) -> Result<()> {
    let request: Value = client.post(&["requests", id, command], body).read().await?;
    out.one(&DETAILS, &request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_a_grant_is_granted_to_its_end() {
        assert_eq!(last_instant("2027-06-30"), "2027-06-30T23:59:59Z");
        assert_eq!(last_instant("2027-06-30T12:00:00Z"), "2027-06-30T12:00:00Z");
    }

    #[test]
    fn a_request_that_was_not_approved_is_a_denial_with_its_remark() {
        let request = json!({"id": "rq_1", "state": "returned", "remark": "say where"});
        let error = not_approved(&request);
        assert_eq!(error.exit(), Exit::Denied);
        assert!(
            error.to_string().contains("remark: say where\nhint: cadastre request resubmit rq_1"),
            "{error}"
        );
    }
}
