//! The `cadastre` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    cadastre::cli::main()
}
