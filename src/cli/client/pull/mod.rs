//! `cadastre pull`: a version, verified byte by byte, in a folder with a lock.
//!
//! `plan` asks for every file and its address, `fetch` gets one of them through a `part` into the `target`
//! folder, `lock` writes down what was pulled.

mod fetch;
pub(super) mod lock;
mod part;
mod plan;
mod target;

use std::path::{Path, PathBuf};

use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use self::fetch::{Fetched, Fetcher, Source};
use self::lock::{LeftOut, Lock, Locked};
use self::plan::{Addresses, Ask, Planned};
use self::target::Target;
use super::error::{CliError, Exit, Result};
use super::globs::Globs;
use super::http::{Client, plain_client};
use super::names::VersionName;
use super::options::GlobalOptions;
use super::output::{Column, Output, column};
use super::progress::Progress;
use crate::datasets::files::{FilePath, Reference, clashes};
use crate::kernel::Digest;

/// Downloads a version of a dataset.
#[derive(Debug, Args)]
pub struct Pull {
    /// The dataset, as organisation/name or organisation/name@1.0.0
    name: VersionName,
    /// The folder to pull into; NAME-VERSION when not given
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// How many files are fetched at a time
    #[arg(long, short, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// What the data are for, as in the request for access
    #[arg(long)]
    purpose: Option<String>,
    /// The model they train, for the record of the delivery
    #[arg(long)]
    model: Option<String>,
    /// The run they are used in, for the record of the delivery
    #[arg(long)]
    run: Option<String>,
    /// Only files that match the pattern; once for each
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Fetch also files that lie elsewhere, from where they lie
    #[arg(long)]
    with_references: bool,
    /// Where to write the lock; FOLDER/cadastre.lock when not given
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
}

const PULLED: [Column; 11] = [
    column("DATASET", "/dataset"),
    column("VERSION", "/version"),
    column("DIGEST", "/digest"),
    column("GRANT", "/grant"),
    column("FOLDER", "/folder"),
    column("LOCK", "/lock"),
    column("FILES", "/files"),
    column("BYTES", "/bytes"),
    column("FETCHED", "/fetched"),
    column("RESUMED", "/resumed"),
    column("LEFT OUT", "/left_out"),
];

#[derive(Deserialize)]
struct Version {
    version: String,
    digest: Option<Digest>,
    files: usize,
}

/// Runs `cadastre pull`.
///
/// # Errors
/// When access is not given, or bytes are not what they should be.
pub async fn pull(options: &GlobalOptions, args: Pull) -> Result<()> {
    let (client, out) = options.connect()?;
    let dataset = args.name.dataset.clone();
    let wanted = args.name.version_or_latest();
    let version: Version = client.get(&dataset.segments(&["versions", &wanted])).read().await?;
    let ask =
        Ask { dataset, version: version.version, purpose: args.purpose, model: args.model, run: args.run };
    let mut plan = ask.plan(&client, None).await?;
    plan.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let gated = if plan.len() < version.files { gated(&client, &ask, &plan).await? } else { Vec::new() };
    let digest = check(&plan, &gated, version.digest)?;
    let include = Globs::new(&args.include)?;
    let wanted = |path: &FilePath| args.include.is_empty() || include.matches(path.as_str());
    let (chosen, left_out) = choose(&plan, wanted, args.with_references);
    let refused = gated.iter().filter(|file| wanted(&file.path)).count();
    for file in left_out.iter().filter(|file| file.reference.is_some()) {
        out.note(&format!("left out: {}: lies elsewhere ({})", file.path, whereabouts(file)));
    }
    let folder =
        args.output.unwrap_or_else(|| PathBuf::from(format!("{}-{}", ask.dataset.name, ask.version)));
    let target = Target::new(&folder)?;
    let lock_file = args.lock.unwrap_or_else(|| target.root().join(lock::FILE));
    check_lock_is_free(&chosen, target.root(), &lock_file)?;

    let grant = grant(&client, &ask).await?;
    let outcomes = fetch_all(&client, &ask, &chosen, &target, usize::from(args.jobs), out).await?;
    let files: Vec<Locked> = chosen.iter().filter_map(|file| file.locked()).collect();
    let new =
        Lock::new(client.server().to_string(), ask.dataset.to_string(), ask.version.clone(), digest, grant);
    let left_out = left_out.iter().map(|file| file.left_out()).chain(gated);
    let mut written = Lock { files, left_out: left_out.collect(), ..new };
    written.left_out.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    written.write(&lock_file)?;
    target.tidy();
    out.one(&PULLED, &report(&written, &folder, &lock_file, &outcomes))?;
    if refused == 0 { Ok(()) } else { Err(not_all(&written, refused)) }
}

/// Files of the version that the caller is not given: without a right, a plan has the samples alone.
async fn gated(client: &Client, ask: &Ask, plan: &[Planned]) -> Result<Vec<LeftOut>> {
    let path = ask.dataset.segments(&["versions", &ask.version, "files"]);
    let (items, _) = client.list(&path, &[], usize::MAX).await?;
    let given = |path: &FilePath| plan.binary_search_by(|file| file.path.cmp(path)).is_ok();
    let mut gated = Vec::new();
    for item in items {
        let file: LeftOut = serde_json::from_value(item).map_err(|error| {
            CliError::failure(format!("a file of the version is not understood: {error}"))
        })?;
        if !given(&file.path) {
            gated.push(file);
        }
    }
    Ok(gated)
}

fn not_all(lock: &Lock, refused: usize) -> CliError {
    let what = format!("{} samples were pulled; the other {refused} files need a grant", lock.files.len());
    CliError::new(Exit::Denied, what).hint(format!(
        "cadastre request new {} --organisation ORGANISATION --purpose PURPOSE --justification TEXT",
        lock.dataset
    ))
}

fn report(lock: &Lock, folder: &Path, lock_file: &Path, outcomes: &[Fetched]) -> Value {
    let count = |wanted: &[Fetched]| outcomes.iter().filter(|outcome| wanted.contains(outcome)).count();
    json!({
        "dataset": lock.dataset,
        "version": lock.version,
        "digest": lock.digest,
        "grant": lock.grant,
        "folder": folder,
        "lock": lock_file,
        "files": lock.files.len(),
        "bytes": lock.files.iter().map(|file| file.size).sum::<u64>(),
        "fetched": count(&[Fetched::Now, Fetched::Resumed]),
        "resumed": count(&[Fetched::Resumed]),
        "left_out": lock.left_out.len(),
    })
}

/// The plan must be the version that was published, and fit on every file system.
fn check(plan: &[Planned], gated: &[LeftOut], published: Option<Digest>) -> Result<Digest> {
    let all: Vec<LeftOut> = plan.iter().map(Planned::left_out).chain(gated.iter().cloned()).collect();
    let paths: Vec<FilePath> = all.iter().map(|file| file.path.clone()).collect();
    if let Some(clash) = clashes(&paths).first() {
        let what = format!("{} and {} cannot be in one folder", clash.path, clash.with);
        return Err(CliError::new(Exit::Integrity, what));
    }
    let digest = lock::manifest_digest(&[], &all)?;
    if published.is_some_and(|published| published != digest) {
        return Err(CliError::new(
            Exit::Integrity,
            "the server's plan is not the version that was published",
        )
        .details(published.map(|published| format!("published: {published}")))
        .details([format!("the plan:  {digest}")])
        .hint("nothing was fetched; tell the operator of the server"));
    }
    Ok(digest)
}

/// Which files are pulled, and which are not.
fn choose(
    plan: &[Planned],
    wanted: impl Fn(&FilePath) -> bool,
    with_references: bool,
) -> (Vec<&Planned>, Vec<&Planned>) {
    plan.iter().partition(|file| {
        let fetchable = match &file.reference {
            None => true,
            Some(Reference::DownloadUrl { .. }) => with_references,
            Some(_) => false,
        };
        fetchable && file.locked().is_some() && wanted(&file.path)
    })
}

fn whereabouts(file: &Planned) -> &str {
    match &file.reference {
        Some(Reference::AccessUrl { url } | Reference::DownloadUrl { url }) => url,
        Some(Reference::Service { endpoint_url, .. }) => endpoint_url,
        None => "",
    }
}

/// The lock must not take the place of a file of the version.
fn check_lock_is_free(chosen: &[&Planned], root: &Path, lock_file: &Path) -> Result<()> {
    let lock_file = std::path::absolute(lock_file).map_err(|error| CliError::file(lock_file, &error))?;
    let taken = |file: &&&Planned| lock_file.starts_with(root.join(file.path.as_str()));
    match chosen.iter().find(taken) {
        Some(file) => {
            Err(CliError::usage(format!("the version has a file {}, where the lock would go", file.path))
                .hint("write the lock elsewhere: --lock FILE"))
        }
        None => Ok(()),
    }
}

/// The grant under which the caller downloads, for the lock.
async fn grant(client: &Client, ask: &Ask) -> Result<Option<String>> {
    let call = client.get(&ask.dataset.segments(&["access"])).query("purpose", ask.purpose.clone());
    match call.read::<Value>().await {
        Ok(access) => Ok(access.get("grant").and_then(Value::as_str).map(str::to_owned)),
        // The plan was given, so this only means that there is nothing to tell.
        Err(error) if error.exit() == Exit::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Fetches what is not there yet; what became of each file.
async fn fetch_all(
    client: &Client,
    ask: &Ask,
    chosen: &[&Planned],
    target: &Target,
    jobs: usize,
    out: Output,
) -> Result<Vec<Fetched>> {
    let http = plain_client()?;
    let files: Vec<Locked> = chosen.iter().filter_map(|file| file.locked()).collect();
    let progress = Progress::new(&out, "pulling", files.iter().map(|file| file.size).sum());
    let addresses = Addresses::new(client, ask, chosen);
    let about = format!("/api/v1/datasets/{}", ask.dataset);
    let fetcher = Fetcher { http: &http, target, progress: &progress, about: &about };
    let sources = chosen.iter().map(|planned| match &planned.reference {
        Some(Reference::DownloadUrl { url }) => Source::Elsewhere(url),
        _ => Source::Plan(&addresses, client.server()),
    });
    let work: Vec<(Locked, Source<'_>)> = files.into_iter().zip(sources).collect();
    let fetch = |(file, source)| {
        let fetcher = &fetcher;
        async move { fetcher.fetch(&file, source).await }
    };
    stream::iter(work).map(fetch).buffer_unordered(jobs).try_collect().await
}
