//! `cadastre log witness`: cosigns checkpoints of other people's logs, and of our own.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::client::{CliError, Exit, read_policy};
use super::serve::runtime;
use crate::journal::tlog::Signer;
use crate::kernel::{ExposeSecret as _, SystemClock};
use crate::server::{WitnessSettings, run_witness};

/// Options of `log witness`.
#[derive(Args)]
pub(super) struct Witness {
    /// File with its secret key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Make a key of this name if FILE is not there; a name is like an address, such as witness.example.org
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The logs to cosign: the log lines of a trust policy (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    trust_policy: PathBuf,
    /// Folder in which it remembers what it cosigned; never lose it, never copy it to a second witness
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDR")]
    listen: String,
}

pub(super) fn witness(options: Witness) -> Result<(), CliError> {
    let signer = key(&options.key, options.name.as_deref())?;
    let policy = read_policy(&options.trust_policy)?;
    let (name, vkey) = (signer.name().to_owned(), signer.cosignature_verifier());
    let (state, listen) = (options.state, options.listen);
    let settings = WitnessSettings { signer, policy, state, listen };
    let ready = |address| println!("witness {name} {vkey} http://{address}");
    runtime()?.block_on(run_witness(settings, Arc::new(SystemClock), ready)).map_err(CliError::from)
}

/// The key in a file; a new one if there is none and a name is given.
fn key(file: &Path, name: Option<&str>) -> Result<Signer, CliError> {
    let failed = |error: std::io::Error| CliError::usage(format!("{}: {error}", file.display()));
    match (std::fs::read_to_string(file), name) {
        (Ok(text), _) => {
            let signer = Signer::parse(&text).map_err(CliError::from)?;
            match name {
                Some(name) if name != signer.name() => Err(CliError::new(
                    Exit::Usage,
                    format!("the key in {} is of {}, not of {name}", file.display(), signer.name()),
                )),
                _ => Ok(signer),
            }
        }
        (Err(error), Some(name)) if error.kind() == std::io::ErrorKind::NotFound => {
            let signer = Signer::generate(name)?;
            let mut new =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(failed)?;
            let text = signer.encode();
            writeln!(new, "{}", text.expose_secret()).and_then(|()| new.sync_all()).map_err(failed)?;
            Ok(signer)
        }
        (Err(error), _) => Err(failed(error).hint("--name NAME makes a key")),
    }
}
