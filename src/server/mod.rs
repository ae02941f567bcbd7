//! The composition: every domain's routes in one list, the middleware around them, the contract, health, metrics,
//! background work, start and graceful stop.

mod app;
mod fallback;
mod health;
mod log_line;
mod openapi;
mod rules;
mod run;
mod telemetry;

pub use app::Services;
pub use openapi::contract;
pub use run::{Running, open_services, start};
pub use telemetry::start_log;
