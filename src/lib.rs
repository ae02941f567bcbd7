//! Cadastre: the register of the common European data spaces that feed the training of AI models.
//!
//! Register once, ask once, prove always. The folders below are domains, ordered by rank: a module imports
//! only from those above it in this list. `docs/architecture.md` walks through the house.

pub mod db;
pub mod journal;
pub mod kernel;
pub mod http;
pub mod policies;
