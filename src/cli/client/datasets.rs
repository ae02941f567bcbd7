//! Finding and showing datasets, and the publication and withdrawal of their versions.

use clap::Args;
use serde_json::{Value, json};

use super::error::Result;
use super::http::document;
use super::names::{DatasetName, VersionName};
use super::options::GlobalOptions;
use super::output::{Column, Output, column};
use crate::datasets::versions::VersionNumber;
use crate::kernel::Slug;

const COLUMNS: [Column; 7] = [
    column("DATASET", "/dataset"),
    column("VERSION", "/latest_version"),
    column("SPACE", "/space"),
    column("ACCESS", "/access_mode"),
    column("LICENCE", "/licence"),
    column("TITLE", "/title"),
    column("UPDATED", "/updated_at"),
];

const DATASET: [Column; 17] = [
    column("DATASET", "/dataset"),
    column("TITLE", "/record/title"),
    column("DESCRIPTION", "/record/description"),
    column("SPACE", "/space"),
    column("VISIBILITY", "/visibility"),
    column("AUDIENCE", "/audience"),
    column("LISTED", "/listed"),
    column("ACCESS", "/access_mode"),
    column("LICENCE", "/record/rights/licence"),
    column("PERSONAL DATA", "/record/privacy/personal_data"),
    column("SOURCE", "/record/origin/source_category"),
    column("MINING", "/record/rights/tdm/reservation"),
    column("CONTACT", "/record/contact/name"),
    column("COMPLETENESS", "/completeness"),
    column("LATEST VERSION", "/latest_version"),
    column("CREATED", "/created_at"),
    column("UPDATED", "/updated_at"),
];

/// What is shown of a version.
pub(super) const VERSION: [Column; 13] = [
    column("DATASET", "/dataset"),
    column("VERSION", "/version"),
    column("STATE", "/state"),
    column("NOTES", "/notes"),
    column("DIGEST", "/digest"),
    column("FILES", "/files"),
    column("BYTES", "/bytes"),
    column("CREATED", "/created_at"),
    column("PUBLISHED", "/published_at"),
    column("WITHDRAWN", "/withdrawn_at"),
    column("REASON", "/withdrawal/reason"),
    column("SUCCESSOR", "/withdrawal/successor"),
    column("SAME CONTENT", "/same_content"),
];

/// Lists datasets.
#[derive(Debug, Args)]
pub struct List {
    /// Only those in this space
    #[arg(long)]
    space: Option<Slug>,
    /// Only those of this organisation
    #[arg(long)]
    organisation: Option<Slug>,
    /// Only those under this licence (SPDX)
    #[arg(long)]
    licence: Option<String>,
    /// Only those with this access mode: open, automatic, review or secure
    #[arg(long, value_name = "MODE")]
    access_mode: Option<String>,
    /// Only those with this subject of the EU's data theme table, for example ENVI
    #[arg(long)]
    theme: Option<String>,
    /// Only those with data of this form, for example text or image
    #[arg(long)]
    modality: Option<String>,
    /// Only those changed since (2026-01-31T00:00:00Z)
    #[arg(long, value_name = "TIME")]
    updated_since: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 1000)]
    limit: usize,
}

/// Shows a dataset, one of its versions, or what belongs to it.
#[derive(Debug, Args)]
pub struct Show {
    /// The dataset, as organisation/name or organisation/name@1.0.0
    name: VersionName,
    /// The version to show
    #[arg(long)]
    version: Option<VersionNumber>,
    /// List the files of the version (the newest, unless one is named)
    #[arg(long, group = "list")]
    files: bool,
    /// List what is inside the files of the version: columns, members of archives (the newest, unless one is named)
    #[arg(long, group = "list")]
    schema: bool,
    /// List the sites where the version was verified (the newest, unless one is named)
    #[arg(long, group = "list")]
    copies: bool,
    /// List the versions
    #[arg(long, group = "list", conflicts_with = "version")]
    versions: bool,
    /// Write the signed attestation of the version (the newest, unless one is named), for tools of in-toto
    #[arg(long, group = "list")]
    attestation: bool,
    /// Score the description as data.europa.eu does (MQA), with what would bring more points
    #[arg(long, group = "list")]
    quality: bool,
}

/// Publishes a version for ever.
#[derive(Debug, Args)]
pub struct Publish {
    /// The dataset, as organisation/name
    dataset: DatasetName,
    /// The version
    version: VersionNumber,
}

/// Withdraws a published version.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// The dataset, as organisation/name
    dataset: DatasetName,
    /// The version
    version: VersionNumber,
    /// Why; everybody who sees the dataset sees it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The version to use in its place
    #[arg(long, value_name = "VERSION")]
    successor: Option<VersionNumber>,
}

/// Runs `cadastre list`.
///
/// # Errors
/// Whatever the server refuses.
pub async fn list(options: &GlobalOptions, args: List) -> Result<()> {
    let (client, out) = options.connect()?;
    let query = [
        ("space", args.space.map(|slug| slug.to_string())),
        ("organisation", args.organisation.map(|slug| slug.to_string())),
        ("licence", args.licence),
        ("access_mode", args.access_mode),
        ("theme", args.theme),
        ("modality", args.modality),
        ("updated_since", args.updated_since),
    ];
    let (mut items, more) = client.list(&["datasets"], &query, args.limit.max(1)).await?;
    items.iter_mut().for_each(name);
    out.list(&COLUMNS, &items)?;
    if more {
        out.note(&format!("there are more than these {}; raise --limit to see them", items.len()));
    }
    Ok(())
}

/// Runs `cadastre show`.
///
/// # Errors
/// When there is no such dataset or version.
pub async fn show(options: &GlobalOptions, args: Show) -> Result<()> {
    let (client, out) = options.connect()?;
    let version = args.version.or(args.name.version).map(|version| version.to_string());
    let dataset = args.name.dataset;
    let newest = version.as_deref().unwrap_or("latest");
    let list: Option<(&[Column], &[&str])> = if args.files {
        Some((&FILES, &["versions", newest, "files"]))
    } else if args.schema {
        Some((&SCHEMAS, &["versions", newest, "schemas"]))
    } else if args.copies {
        Some((&COPIES, &["versions", newest, "replicas"]))
    } else if args.versions {
        Some((&VERSIONS, &["versions"]))
    } else {
        None
    };
    if args.attestation {
        let envelope: Value =
            client.get(&dataset.segments(&["versions", newest, "attestation"])).read().await?;
        return out.raw(&envelope);
    }
    if args.quality {
        let call = client.get(&dataset.segments(&["quality"])).query("version", version);
        let found: Value = call.read().await?;
        return quality(out, &found);
    }
    if let Some((columns, path)) = list {
        let (mut items, _) = client.list(&dataset.segments(path), &[], usize::MAX).await?;
        if args.schema {
            items.iter_mut().for_each(name_columns);
        }
        return out.list(columns, &items);
    }
    if let Some(version) = version {
        let found: Value = client.get(&dataset.segments(&["versions", &version])).read().await?;
        return out.one(&VERSION, &found);
    }
    let mut found: Value = client.get(&dataset.segments(&[])).read().await?;
    name(&mut found);
    out.one(&DATASET, &found)
}

/// The indicators, those with most to gain first.
fn quality(out: Output, found: &Value) -> Result<()> {
    let count = |item: &Value, pointer| item.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let mut items = found.pointer("/mqa/metrics").and_then(Value::as_array).cloned().unwrap_or_default();
    items.sort_by_key(|item| std::cmp::Reverse(count(item, "/max") - count(item, "/points")));
    out.list_or(&QUALITY, &items, &found.to_string())?;
    let rating = found.pointer("/mqa/rating").and_then(Value::as_str).unwrap_or_default();
    out.note(&format!("{} of {} points: {rating}", count(found, "/mqa/score"), count(found, "/mqa/max")));
    Ok(())
}

const QUALITY: [Column; 6] = [
    column("INDICATOR", "/id"),
    column("DIMENSION", "/dimension"),
    column("POINTS", "/points"),
    column("OF", "/max"),
    column("WHY", "/why"),
    column("HINT", "/how_to_fix"),
];

const VERSIONS: [Column; 6] = [
    column("VERSION", "/version"),
    column("STATE", "/state"),
    column("FILES", "/files"),
    column("BYTES", "/bytes"),
    column("PUBLISHED", "/published_at"),
    column("DIGEST", "/digest"),
];

const COPIES: [Column; 4] = [
    column("SITE", "/site"),
    column("VERIFIED", "/verified_at"),
    column("PATH", "/path"),
    column("VERIFIED BY", "/verified_by"),
];

/// The columns of a file in one line: `name kind, name kind[]?`; of an archive, those of its members.
fn name_columns(file: &mut Value) {
    let list = |of: &Value, pointer: &str| {
        of.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let members = list(file, "/structure/members");
    let inner = members.iter().flat_map(|members| list(members, "/columns"));
    let columns: Vec<Value> = list(file, "/structure/columns").into_iter().chain(inner).collect();
    let told = columns.iter().map(|column| {
        let text = |member: &str| column[member].as_str().unwrap_or_default().to_owned();
        let mark = |member: &str, mark: &'static str| if column[member] == true { mark } else { "" };
        format!("{} {}{}{}", text("name"), text("kind"), mark("repeated", "[]"), mark("nullable", "?"))
    });
    let told: Vec<String> = told.collect();
    let differences: Vec<String> = list(file, "/structure/differences")
        .iter()
        .filter_map(|difference| difference.as_str().map(str::to_owned))
        .collect();
    if let Some(file) = file.as_object_mut() {
        file.insert("columns".into(), json!(told.join(", ")));
        if !differences.is_empty() {
            file.insert("reason".into(), json!(format!("not as stated: {}", differences.join("; "))));
        }
    }
}

const SCHEMAS: [Column; 6] = [
    column("PATH", "/path"),
    column("MEDIA TYPE", "/media_type"),
    column("OUTCOME", "/outcome"),
    column("REASON", "/reason"),
    column("COLUMNS", "/columns"),
    column("ROWS", "/structure/rows"),
];

const FILES: [Column; 5] = [
    column("PATH", "/path"),
    column("SIZE", "/size"),
    column("SHA256", "/sha256"),
    column("MEDIA TYPE", "/media_type"),
    column("SAMPLE", "/sample"),
];

/// Runs `cadastre publish`.
///
/// # Errors
/// Whatever the server refuses: a record that lacks something, a version that is published already.
pub async fn publish(options: &GlobalOptions, args: Publish) -> Result<()> {
    let (client, out) = options.connect()?;
    let path = ["versions", &args.version.to_string(), "publish"];
    let version: Value = client.post(&args.dataset.segments(&path), &json!({})).read().await?;
    out.one(&VERSION, &version)
}

/// Runs `cadastre withdraw`.
///
/// # Errors
/// Whatever the server refuses.
pub async fn withdraw(options: &GlobalOptions, args: Withdraw) -> Result<()> {
    let (client, out) = options.connect()?;
    let body = document([
        ("reason", Some(json!(args.reason))),
        ("successor", args.successor.map(|successor| json!(successor))),
    ]);
    let path = ["versions", &args.version.to_string(), "withdraw"];
    let version: Value = client.post(&args.dataset.segments(&path), &body).read().await?;
    out.one(&VERSION, &version)
}

/// Puts `organisation/name` beside its two halves, so that it can be a column.
fn name(dataset: &mut Value) {
    let half = |field| dataset.get(field).and_then(Value::as_str).unwrap_or_default();
    let name = format!("{}/{}", half("organisation"), half("name"));
    if let Some(fields) = dataset.as_object_mut() {
        fields.insert("dataset".into(), json!(name));
    }
}
