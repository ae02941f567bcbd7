//! The log and the numbers.

use std::fmt::Debug;
use std::fs::File;
use std::io::IsTerminal as _;
use std::os::fd::AsFd as _;
use std::sync::Arc;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::field::Field;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use super::log_line::{JsonLine, TextLine};
use crate::config::{Config, LogFormat};
use crate::kernel::{Error, Result};

/// Upper bounds of the latency buckets, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// Upper bounds of the group size buckets, in writes.
const WRITES: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// Starts the log on standard error: text on a terminal, else one JSON object a line.
///
/// # Errors
/// When the filter cannot be read, or a log has been started before.
pub fn start_log(config: &Config) -> Result<()> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| {
        Error::invalid("log", "filter", format!("write it like info or info,cadastre=debug: {error}"))
    })?;
    let terminal = std::io::stderr().is_terminal();
    let format = config.log_format.unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json });
    // A line is one write to the file itself: threads need not wait for each other's, as they do for `stderr()`.
    let stderr = std::io::stderr().as_fd().try_clone_to_owned();
    let stderr = stderr.map_err(|error| Error::internal("starting the log", error))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Arc::new(File::from(stderr)))
        .with_ansi(terminal);
    let started = match format {
        LogFormat::Text => {
            let line = TextLine(tracing_subscriber::fmt::format().with_target(false));
            builder.event_format(line).finish().with(ClientMistakes).try_init()
        }
        LogFormat::Json => builder.event_format(JsonLine).finish().with(ClientMistakes).try_init(),
    };
    started.map_err(|error| Error::internal("starting the log", error))
}

/// Leaves out what the HTTP library calls an error and is a client's doing: requests that cannot be read, and
/// connections that break. Anybody could fill the log with them.
struct ClientMistakes;

impl<S: Subscriber> Layer<S> for ClientMistakes {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if *metadata.level() != Level::ERROR || !metadata.target().starts_with("actix_http::h1") {
            return true;
        }
        let mut found = false;
        event.record(&mut |field: &Field, value: &dyn Debug| {
            let message = if field.name() == "message" { format!("{value:?}") } else { return };
            found = ["stream error", "write zero", "MAX_BUFFER_SIZE"]
                .iter()
                .any(|text| message.starts_with(text));
        });
        !found
    }
}

/// The recorder behind `/metrics`; one per process.
pub(super) fn metrics() -> Result<PrometheusHandle> {
    use std::sync::OnceLock;
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_size".into()), &WRITES))
        .map_err(|error| Error::internal("metrics", error))?
        .build_recorder();
    let handle = recorder.handle();
    // A second server in the same process, as in tests, shares the first one's recorder.
    if metrics::set_global_recorder(recorder).is_ok() {
        drop(HANDLE.set(handle.clone()));
    }
    Ok(HANDLE.get().cloned().unwrap_or(handle))
}
