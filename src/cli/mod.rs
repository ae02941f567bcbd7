//! The command line: the service itself, and its client.

pub mod client;
mod demo;
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
    /// Run the service with demonstration data
    Demo(demo::Demo),
    #[command(flatten)]
    Client(Box<client::ClientCommand>),
    /// Run an instance: its database, people, organisations, spaces and tokens
    #[command(subcommand)]
    Admin(Admin),
    /// Ask a running service whether it can serve; exit code 8 when it cannot
    Healthcheck {
        /// Address of the service
        #[arg(
            long,
            env = "CADASTRE_HEALTH_URL",
            default_value = "http://127.0.0.1:8080",
            value_name = "URL"
        )]
        server: url::Url,
    },
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What is done on the spot, and what is asked of a server.
#[derive(Subcommand)]
enum Admin {
    /// Apply missing migrations to the database
    Migrate(Box<serve::Serve>),
    /// Check the journal in the database row by row, and mend its head
    Doctor(Box<serve::Serve>),
    #[command(flatten)]
    Remote(client::AdminCommand),
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Serve(options) => serve::serve(*options),
        Command::Demo(options) => serve::runtime().and_then(|runtime| runtime.block_on(demo::run(options))),
        Command::Client(command) => return run_client(*command, &arguments.options),
        Command::Admin(Admin::Migrate(options)) => serve::migrate_database(*options),
        Command::Admin(Admin::Doctor(options)) => serve::examine_database(*options),
        Command::Admin(Admin::Remote(command)) => {
            return run_client(client::ClientCommand::Admin(command), &arguments.options);
        }
        Command::Healthcheck { server } => {
            serve::runtime().and_then(|runtime| runtime.block_on(serve::healthcheck(&server)))
        }
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
