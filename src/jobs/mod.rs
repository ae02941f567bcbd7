//! Background work: jobs that one replica at a time holds under a lease, and work that recurs.
//!
//! Nothing that a promise rests on happens here: rights end by comparison with the clock when bytes are asked for,
//! whether or not any job runs. Jobs must be repeatable: a lease that runs out gives a job to another replica.

mod runner;
mod store;

pub use runner::Runner;
pub use store::{Job, LOST, enqueue, finish, hold, pass_on};
