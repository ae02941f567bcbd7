//! The command line: the service itself, and its client.

pub mod client;
mod demo;
mod help;
mod log;
mod serve;
mod witness;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

/// The register of the common European data spaces that feed the training of AI models.
#[derive(Parser)]
#[command(name = "cadastre", version, about, max_term_width = 120, after_help = help::ALL)]
struct Arguments {
    #[command(flatten)]
    options: client::GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service
    #[command(after_help = help::SERVE)]
    Serve(Box<serve::Serve>),
    /// Run the service with demonstration data
    #[command(after_help = help::DEMO)]
    Demo(demo::Demo),
    #[command(flatten)]
    Client(Box<client::ClientCommand>),
    /// Check the journal as a log that nobody need believe
    #[command(subcommand, after_help = help::LOG)]
    Log(Log),
    /// Run an instance: its database, people, organisations, spaces and tokens
    #[command(subcommand, after_help = help::ADMIN)]
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
    #[command(after_help = help::COMPLETIONS)]
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
    /// Check the journal in the database row by row, mend the nodes of its tree, and say how the log stands
    Doctor(Box<serve::Serve>),
    /// Hold every row of the journal against what was signed; exit code 6 when something is wrong
    Audit(Box<log::Audit>),
    /// Make a key that signs the journal
    NewLogKey(log::NewLogKey),
    /// Give the log another key, signed with the old one
    RotateLogKey(Box<log::RotateLogKey>),
    /// Go on after a loss: the log gets another name, and an entry says what was lost
    NewEpoch(Box<log::NewEpoch>),
    #[command(flatten)]
    Remote(client::AdminCommand),
}

/// What is asked of a server, and the one that is a server.
#[derive(Subcommand)]
enum Log {
    /// Cosign checkpoints of logs, as a witness after C2SP tlog-witness
    Witness(witness::Witness),
    #[command(flatten)]
    Remote(client::LogCommand),
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let Arguments { options, command } = Arguments::parse();
    match run(command, &options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(client::report(&error, &options)),
    }
}

fn run(command: Command, options: &client::GlobalOptions) -> Result<(), client::CliError> {
    let outcome = match command {
        Command::Serve(options) => serve::serve(*options),
        Command::Demo(options) => serve::runtime().and_then(|runtime| runtime.block_on(demo::run(options))),
        Command::Client(command) => return run_client(*command, options),
        Command::Admin(Admin::Migrate(options)) => serve::migrate_database(*options),
        Command::Admin(Admin::Doctor(options)) => serve::examine_database(*options),
        Command::Admin(Admin::Audit(options)) => log::audit_rows(*options),
        Command::Admin(Admin::NewLogKey(options)) => log::new_log_key(options),
        Command::Admin(Admin::RotateLogKey(options)) => log::rotate(*options),
        Command::Admin(Admin::NewEpoch(options)) => log::new_epoch(*options),
        Command::Admin(Admin::Remote(command)) => {
            return run_client(client::ClientCommand::Admin(command), options);
        }
        Command::Log(Log::Witness(options)) => return witness::witness(options),
        Command::Log(Log::Remote(command)) => {
            return run_client(client::ClientCommand::Log(command), options);
        }
        Command::Healthcheck { server } => {
            serve::runtime().and_then(|runtime| runtime.block_on(serve::healthcheck(&server)))
        }
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "cadastre", &mut std::io::stdout());
            Ok(())
        }
    };
    outcome.map_err(client::CliError::from)
}

fn run_client(
    command: client::ClientCommand,
    options: &client::GlobalOptions,
) -> Result<(), client::CliError> {
    let runtime = serve::runtime()?;
    let outcome = runtime.block_on(client::run(command, options));
    // A thread that still reads a file or waits at a prompt must not hold the process.
    runtime.shutdown_background();
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_fits_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_help_with_examples_that_it_takes() {
        for command in Arguments::command().get_subcommands() {
            let name = command.get_name();
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let lines = help::command_lines(&text);
            let plain = ["logout", "whoami", "healthcheck"].contains(&name);
            assert!(plain || !lines.is_empty(), "{name} has no example");
            for line in lines {
                assert!(line.iter().any(|word| word == name), "{line:?} is an example of {name}");
                if let Err(error) = Arguments::try_parse_from(&line) {
                    panic!("{line:?}: {error}");
                }
            }
        }
        assert!(help::command_lines(help::ALL).iter().all(|line| Arguments::try_parse_from(line).is_ok()));
    }
}
