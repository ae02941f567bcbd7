//! The `cadastre` binary.

use std::process::ExitCode;

/// What one thread makes another one frees: answers, jobs for the writer, batches for the disk. The system's allocator
/// takes a lock for each of these, and a third of the time of a registration.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cadastre::cli::main()
}
