//! `cadastre push`: a folder and its metadata become a version of a dataset.
//!
//! `metadata`, `datapackage` and `others` read what is stated, `scan` finds the files, `register` brings dataset and
//! draft to that state, `upload` brings the bytes. Each step looks first what is there already, so that a push
//! which broke off goes on when it is run again.

mod datapackage;
mod metadata;
mod others;
mod register;
mod scan;
mod upload;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use self::metadata::{Metadata, merge, setting};
use self::upload::{Draft, Hashed};
use super::error::{CliError, Exit, Result};
use super::local::read_json;
use super::names::DatasetName;
use super::options::GlobalOptions;
use super::output::{Column, Output, column};
use super::policy::MODES;
use crate::datasets::versions::{VersionNumber, VersionState};
use crate::kernel::{Digest, Slug};

/// Registers a folder as a version of a dataset.
#[derive(Debug, Args)]
pub struct Push {
    /// The folder
    folder: PathBuf,
    /// The dataset, as organisation/name
    #[arg(long, value_name = "ORGANISATION/NAME")]
    dataset: Option<DatasetName>,
    /// The version, as MAJOR.MINOR.PATCH
    #[arg(long)]
    version: Option<VersionNumber>,
    /// What is new in the version
    #[arg(long, value_name = "TEXT")]
    notes: Option<String>,
    /// Home space of a new dataset
    #[arg(long)]
    space: Option<Slug>,
    /// Who may know of the dataset: public, space or organisations
    #[arg(long)]
    visibility: Option<String>,
    /// Who decides on access
    #[arg(long, value_parser = MODES)]
    mode: Option<String>,
    /// File with an ODRL Offer in JSON-LD
    #[arg(long, value_name = "FILE", requires = "mode")]
    offer: Option<PathBuf>,
    /// Read this file (cadastre.toml, datapackage.json, a Croissant file or a dataset card) instead of those in the folder
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// JSON file with members of the record
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// One member of the record: licence=CC-BY-4.0, contact.email=data@example.org, title.fr=Vent
    #[arg(long, value_name = "MEMBER=TEXT")]
    set: Vec<String>,
    /// Take only files that match the pattern; once for each
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Leave out files that match the pattern; once for each
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Files that match the pattern are samples, open while the rest is gated
    #[arg(long, value_name = "GLOB")]
    sample: Vec<String>,
    /// Take hidden files too
    #[arg(long)]
    hidden: bool,
    /// Go on when files that datapackage.json names are missing
    #[arg(long)]
    skip_missing: bool,
    /// Take files out of the draft that the folder does not have
    #[arg(long)]
    prune: bool,
    /// Publish the version when everything is there
    #[arg(long)]
    publish: bool,
    /// How many files are read and sent at a time
    #[arg(long, short, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Check the metadata and list the files; send nothing
    #[arg(long)]
    dry_run: bool,
}

const PUSHED: [Column; 8] = [
    column("DATASET", "/dataset"),
    column("VERSION", "/version"),
    column("STATE", "/state"),
    column("DIGEST", "/digest"),
    column("FILES", "/files"),
    column("BYTES", "/bytes"),
    column("UPLOADED", "/uploaded"),
    column("ALREADY THERE", "/already_there"),
];

const LISTED: [Column; 4] = [
    column("PATH", "/path"),
    column("SIZE", "/size"),
    column("MEDIA TYPE", "/media_type"),
    column("SAMPLE", "/sample"),
];

/// Runs `cadastre push`.
///
/// # Errors
/// When metadata or files are not fit, the server refuses them, or the version is published with another
/// content.
pub async fn push(options: &GlobalOptions, args: Push) -> Result<()> {
    let out = options.output();
    let (jobs, publish, prune) = (usize::from(args.jobs), args.publish, args.prune);
    let (skip_missing, dry_run, folder) = (args.skip_missing, args.dry_run, args.folder.clone());
    let metadata = stated(args, out)?;
    metadata.check_record()?;
    let entries = scan::scan(&folder, &metadata, skip_missing, out)?;
    if entries.is_empty() && metadata.references.is_empty() {
        return Err(CliError::usage(format!("{} holds no files to push", folder.display())));
    }
    let (dataset, version) = target(&metadata)?;
    if dry_run {
        let items = entries.iter().map(|entry| {
            json!({"path": entry.path, "size": entry.file.size(), "media_type": entry.media_type, "sample": entry.sample})
        });
        let referenced = metadata.references.iter().map(|file| {
            json!({"path": file.path, "size": file.size, "media_type": file.media_type, "sample": file.sample, "reference": file.reference})
        });
        return out.list(&LISTED, &items.chain(referenced).collect::<Vec<_>>());
    }
    let (client, out) = options.connect()?;
    register::dataset(&client, out, &dataset, &metadata).await?;
    let present = register::version(&client, out, &dataset, &version, metadata.notes.as_deref()).await?;
    let files = upload::hash(entries, jobs, out).await?;
    let digest = upload::digest(&files, &metadata.references)?;
    let pushed = Pushed {
        dataset: &dataset,
        version: &version,
        digest,
        files: &files,
        references: metadata.references.len(),
    };
    if present.state == VersionState::Published {
        pushed.check_published(present.digest)?;
        out.note("this version is published already, with exactly this content");
        return out.one(&PUSHED, &pushed.to_json("published", 0));
    }
    let draft = Draft { client: &client, dataset: &dataset, version: &version };
    let outcome = draft.bring(&files, &metadata.references, jobs, out).await?;
    for path in &outcome.extra {
        if prune {
            draft.remove(path).await?;
            out.note(&format!("taken out of the draft: {path}"));
        } else {
            out.warn(&format!(
                "the draft also holds {path}, which the folder does not; --prune takes it out"
            ));
        }
    }
    if publish {
        let path = dataset.segments(&["versions", &version, "publish"]);
        let published: register::Version = client.post(&path, &json!({})).read().await?;
        if prune || outcome.extra.is_empty() {
            pushed.check_published(published.digest)?;
        }
    } else {
        out.note(&format!("next: cadastre publish {dataset} {version}"));
    }
    out.one(&PUSHED, &pushed.to_json(if publish { "published" } else { "draft" }, outcome.sent))
}

/// What was pushed, for the report.
struct Pushed<'a> {
    dataset: &'a DatasetName,
    version: &'a str,
    digest: Digest,
    files: &'a [Hashed],
    references: usize,
}

impl Pushed<'_> {
    /// A published version never changes; it either is what the folder holds, or another one.
    fn check_published(&self, published: Option<Digest>) -> Result<()> {
        if published == Some(self.digest) {
            return Ok(());
        }
        let what = format!("{}@{} is published with another content", self.dataset, self.version);
        Err(CliError::new(Exit::Conflict, what)
            .details([
                format!("published: {}", published.map(|digest| digest.to_string()).unwrap_or_default()),
                format!("the folder: {}", self.digest),
            ])
            .hint("a published version never changes; push under the next version number: --version"))
    }

    fn to_json(&self, state: &str, sent: usize) -> Value {
        json!({
            "dataset": self.dataset.to_string(),
            "version": self.version,
            "state": state,
            "digest": self.digest,
            "files": self.files.len() + self.references,
            "bytes": self.files.iter().map(|file| file.content.size).sum::<u64>(),
            "uploaded": sent,
            "already_there": self.files.len() - sent,
        })
    }
}

/// All layers of metadata on top of each other.
fn stated(args: Push, out: Output) -> Result<Metadata> {
    let (mut metadata, notes) = Metadata::load(&args.folder, args.metadata.as_deref())?;
    for note in notes {
        out.note(&note);
    }
    let mut record = match &args.record {
        Some(file) => read_json(file)?,
        None => json!({}),
    };
    if !record.is_object() {
        return Err(CliError::usage("--record: the file must hold a JSON object"));
    }
    for text in &args.set {
        merge(&mut record, Value::Object(setting(text)?));
    }
    let options = Metadata {
        dataset: args.dataset,
        version: args.version,
        notes: args.notes,
        space: args.space,
        visibility: args.visibility,
        access: metadata::Access {
            mode: args.mode,
            offer: None,
            offer_document: args.offer.as_deref().map(read_json).transpose()?,
        },
        files: metadata::Selection {
            include: args.include,
            exclude: args.exclude,
            sample: args.sample,
            hidden: args.hidden,
        },
        record: if let Value::Object(record) = record { record } else { Default::default() },
        ..Metadata::default()
    };
    metadata = metadata.under(options);
    Ok(metadata)
}

/// The dataset and version in question.
fn target(metadata: &Metadata) -> Result<(DatasetName, String)> {
    let dataset = metadata.dataset.clone().ok_or_else(|| {
        let name = metadata.package_name.as_deref().unwrap_or("NAME");
        CliError::usage("it is not said which dataset this is").hint(format!("--dataset ORGANISATION/{name}"))
    })?;
    let version = metadata
        .version
        .as_ref()
        .ok_or_else(|| CliError::usage("it is not said which version this is").hint("--version 1.0.0"))?;
    Ok((dataset, version.to_string()))
}
