//! The composition: every domain's routes in one list, the middleware around them, the contract, health, metrics,
//! background work, start and graceful stop; and a witness of logs, which is a small server of its own.

mod app;
mod fallback;
mod health;
mod log_line;
mod openapi;
mod rules;
mod run;
mod telemetry;
mod witness;

pub use app::Services;
pub use openapi::contract;
pub use run::{Running, open_services, start};
pub use telemetry::start_log;
pub use witness::{WitnessSettings, run_witness};
