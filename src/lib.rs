//! Cadastre: the register of the common European data spaces that feed the training of AI models.
//!
//! Register once, ask once, prove always. The folders below are domains, ordered by rank: a module imports
//! only from those above it in this list. `docs/architecture.md` walks through the house.

pub mod kernel;
pub mod config;
pub mod db;
pub mod storage;
pub mod fetch;
pub mod http;
pub mod i18n;
pub mod journal;
pub mod jobs;
pub mod identity;
pub mod spaces;
pub mod policies;
pub mod datasets;
pub mod access;
pub mod interop;
pub mod harvest;
pub mod server;
pub mod cli;
