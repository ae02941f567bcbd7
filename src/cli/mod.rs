//! The command line: the service itself, and its client.

pub mod client;
mod serve;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::kernel::{Error, Kind};

/// The register of the common European data spaces that feed the training of AI models.
#[derive(Parser)]
#[command(name = "cadastre", version, about, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    options: client::GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service
    Serve(Box<serve::Serve>),
    /// Prepare and repair the database of the service
    Database(serve::DatabaseCommand),
    #[command(flatten)]
    Client(Box<client::ClientCommand>),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Serve(options) => serve::serve(*options),
        Command::Database(command) => serve::database(command),
        Command::Client(command) => return run_client(*command, &arguments.options),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "cadastre", &mut std::io::stdout());
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cadastre: {}", error.detail());
            for field in error.field_errors() {
                eprintln!("  {}: {}", field.pointer, field.detail);
            }
            if error.kind() == Kind::Internal {
                eprintln!("  {error}");
            }
            exit_code(&error)
        }
    }
}

fn run_client(command: client::ClientCommand, options: &client::GlobalOptions) -> ExitCode {
    let outcome = match serve::runtime() {
        Ok(runtime) => {
            let outcome = runtime.block_on(client::run(command, options));
            // A thread that still reads a file or waits at a prompt must not hold the process.
            runtime.shutdown_background();
            outcome
        }
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(client::report(&error, options)),
    }
}

/// The exit codes that scripts may rely on.
fn exit_code(error: &Error) -> ExitCode {
    ExitCode::from(match error.kind() {
        Kind::Malformed | Kind::Invalid => 2,
        Kind::NotFound | Kind::Gone => 3,
        Kind::Unauthenticated => 4,
        Kind::Forbidden => 5,
        Kind::Conflict | Kind::PreconditionFailed | Kind::PreconditionRequired => 7,
        Kind::Unavailable | Kind::TooManyRequests | Kind::Timeout => 8,
        _ => 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_fits_together() {
        Arguments::command().debug_assert();
    }
}
