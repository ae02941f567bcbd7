//! `cadastre verify`: a pulled folder against its lock, without the network; and, if wanted, the registration
//! of the folder as a verified replica. A file in the place of the folder is a receipt, see `receipt`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};

use super::error::{CliError, Exit, Result};
use super::http::ServerUrl;
use super::local::{Folder, LocalFile};
use super::names::DatasetName;
use super::options::GlobalOptions;
use super::output::{Column, Output, column};
use super::progress::Progress;
use super::pull::lock::{self, Lock, Locked};
use super::receipt::{ReceiptOptions, verify_receipt};

/// Checks a pulled folder against its lock, or a receipt against a trust policy.
#[derive(Debug, Args)]
pub struct Verify {
    /// The folder; or a receipt: a .tlog-proof file, or a bundle in JSON
    #[arg(default_value = ".", value_name = "FOLDER|RECEIPT")]
    folder: PathBuf,
    /// The lock; FOLDER/cadastre.lock when not given
    #[arg(long, value_name = "FILE")]
    lock: Option<PathBuf>,
    /// How many files are read at a time
    #[arg(long, short, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Name of the site (a cluster, a store) and the path there, for --record
    #[arg(long, num_args = 2, value_names = ["SITE", "PATH"], requires = "record")]
    at: Option<Vec<String>>,
    /// After success, register this folder at the server as a replica of the version
    #[arg(long, requires = "at")]
    record: bool,
    #[command(flatten)]
    receipt: ReceiptOptions,
}

const FOUND: [Column; 2] = [column("PATH", "/path"), column("STATUS", "/status")];

const SUMMARY: [Column; 6] = [
    column("DATASET", "/dataset"),
    column("VERSION", "/version"),
    column("DIGEST", "/digest"),
    column("STATUS", "/status"),
    column("FILES", "/files"),
    column("EXTRA", "/extra"),
];

/// What a check found.
#[derive(Debug, Default)]
struct Report {
    missing: Vec<String>,
    changed: Vec<String>,
    extra: Vec<String>,
}

impl Report {
    fn is_right(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty()
    }

    fn items(&self) -> Vec<Value> {
        [("missing", &self.missing), ("changed", &self.changed), ("extra", &self.extra)]
            .into_iter()
            .flat_map(|(status, paths)| paths.iter().map(move |path| json!({"path": path, "status": status})))
            .collect()
    }

    fn to_json(&self, lock: &Lock) -> Value {
        json!({
            "dataset": lock.dataset,
            "version": lock.version,
            "digest": lock.digest,
            "status": if self.is_right() { "verified" } else { "mismatch" },
            "files": lock.files.len(),
            "missing": self.missing,
            "changed": self.changed,
            "extra": self.extra,
        })
    }
}

/// Runs `cadastre verify`.
///
/// # Errors
/// `Integrity` when a file is missing or changed, or the lock itself was, or a receipt proves nothing.
pub async fn verify(options: &GlobalOptions, args: Verify) -> Result<()> {
    let out = options.output();
    if args.folder.is_file() || args.receipt.is_meant() {
        return verify_receipt(&args.folder, &args.receipt, out);
    }
    let lock_file = args.lock.clone().unwrap_or_else(|| args.folder.join(lock::FILE));
    if !lock_file.is_file() {
        return Err(CliError::usage(format!("{} is not there", lock_file.display()))
            .hint("cadastre pull writes it; name another with --lock"));
    }
    let lock = Lock::read(&lock_file)?;
    let report = check(&args.folder, &lock_file, &lock, usize::from(args.jobs), out).await?;
    if options.json || report.items().is_empty() {
        out.one(&SUMMARY, &report.to_json(&lock))?;
    } else {
        out.list(&FOUND, &report.items())?;
    }
    if !report.is_right() {
        let files = report.missing.iter().map(|path| format!("missing: {path}"));
        let files = files.chain(report.changed.iter().map(|path| format!("changed: {path}")));
        let what =
            format!("{} files are not those of {}@{}", files.clone().count(), lock.dataset, lock.version);
        return Err(CliError::new(Exit::Integrity, what).details(files.take(20)).hint(format!(
            "cadastre pull {}@{} -o {}",
            lock.dataset,
            lock.version,
            args.folder.display()
        )));
    }
    match args.at.as_deref() {
        Some([site, path]) => register(options, out, &lock, site, path).await,
        _ => Ok(()),
    }
}

async fn check(folder: &Path, lock_file: &Path, lock: &Lock, jobs: usize, out: Output) -> Result<Report> {
    let progress = Progress::new(&out, "verifying", lock.files.iter().map(|file| file.size).sum());
    let status = |file: &Locked| {
        let (file, progress) = (file.clone(), &progress);
        async move { Ok::<_, CliError>((file.path.to_string(), status(folder, &file, progress).await?)) }
    };
    let statuses: Vec<(String, Status)> =
        stream::iter(&lock.files).map(status).buffered(jobs).try_collect().await?;
    let mut report = Report { extra: extra(folder, lock_file, lock)?, ..Report::default() };
    for (path, status) in statuses {
        match status {
            Status::Right => {}
            Status::Missing => report.missing.push(path),
            Status::Changed => report.changed.push(path),
        }
    }
    Ok(report)
}

#[derive(Clone, Copy)]
enum Status {
    Right,
    Missing,
    Changed,
}

async fn status(folder: &Path, file: &Locked, progress: &Progress) -> Result<Status> {
    let place = folder.join(file.path.as_str());
    match std::fs::symlink_metadata(&place) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Status::Missing),
        Err(error) => return Err(CliError::file(&place, &error)),
        Ok(found) if !found.is_file() || found.len() != file.size => return Ok(Status::Changed),
        Ok(_) => {}
    }
    let bar = progress.file(file.path.as_str(), file.size);
    let content = LocalFile::at(place)?.hash(&bar).await?;
    Ok(if content.sha256 == file.sha256 { Status::Right } else { Status::Changed })
}

/// Files of the folder that the lock does not name, but for the lock itself; hidden ones are not looked at.
fn extra(folder: &Path, lock_file: &Path, lock: &Lock) -> Result<Vec<String>> {
    let named: BTreeSet<&str> = lock.files.iter().map(|file| file.path.as_str()).collect();
    let own = lock_file.canonicalize().ok();
    let files = Folder::walk(folder, false)?.files;
    let others = files
        .into_iter()
        .filter(|(path, place)| !named.contains(path.as_str()) && own.as_deref() != Some(place.as_path()));
    Ok(others.map(|(path, _)| path).collect())
}

/// Registers the replica at the server the version came from, unless another one is named.
async fn register(options: &GlobalOptions, out: Output, lock: &Lock, site: &str, path: &str) -> Result<()> {
    let mut options = options.clone();
    if options.url.is_none() {
        options.url = Some(lock.server.parse::<ServerUrl>()?);
    }
    let (client, _) = options.connect()?;
    let dataset: DatasetName = lock.dataset.parse()?;
    let body = json!({"site": site, "path": path, "digest": lock.digest});
    client.post(&dataset.segments(&["versions", &lock.version, "replicas"]), &body).send().await?;
    out.note(&format!("registered {path} at {site} as a replica of {dataset}@{}", lock.version));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Digest;

    #[tokio::test]
    async fn missing_changed_and_extra_files_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let files = ["same.csv", "sub/changed.csv", "shorter.csv", "gone.csv"];
        let locked = |path: &&str| Locked {
            path: path.parse().unwrap(),
            size: 3,
            sha256: Digest::of("abc"),
            media_type: "text/csv".parse().unwrap(),
        };
        let digest = lock::manifest_digest(&files.iter().map(locked).collect::<Vec<_>>(), &[]).unwrap();
        let new =
            Lock::new("https://example.org".into(), "harbour/wind".into(), "1.0.0".into(), digest, None);
        let lock = Lock { files: files.iter().map(locked).collect(), ..new };
        let lock_file = dir.path().join(lock::FILE);
        lock.write(&lock_file).unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        for (path, text) in [
            ("same.csv", "abc"),
            ("sub/changed.csv", "abd"),
            ("shorter.csv", "ab"),
            ("more.csv", "x"),
            (".hidden", "x"),
        ] {
            std::fs::write(dir.path().join(path), text).unwrap();
        }
        let report = check(dir.path(), &lock_file, &lock, 2, Output::new(false, true)).await.unwrap();
        assert_eq!(report.missing, ["gone.csv"]);
        assert_eq!(report.changed, ["sub/changed.csv", "shorter.csv"]);
        assert_eq!(report.extra, ["more.csv"]);
        assert!(!report.is_right());
    }
}
