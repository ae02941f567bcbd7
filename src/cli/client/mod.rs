//! The client side of the command line. It speaks to the server over HTTP and nothing else.
//!
//! `options` leads to a `Client` (`http`, with `retry` and `problem`) and an `Output`; each command lies in a
//! file of its own. What goes wrong is a `CliError` with an exit code that scripts may rely on.

mod admin;
mod credentials;
mod datasets;
mod error;
mod globs;
mod grants;
mod http;
mod import;
mod judge;
mod local;
mod log;
mod login;
mod names;
mod options;
mod output;
mod policy;
mod problem;
mod progress;
mod pull;
mod push;
mod receipt;
mod requests;
mod retry;
mod verify;

use clap::Subcommand;

use super::help;
pub use admin::AdminCommand;
pub use error::{CliError, Exit};
pub use log::{LogCommand, read_policy};
pub use options::GlobalOptions;

/// Commands of the client.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Sign in to a server and store a token for it
    #[command(after_help = help::LOGIN)]
    Login(login::Login),
    /// Revoke the stored token and forget it
    Logout,
    /// Show who you are and what your token may be used for
    Whoami,
    /// Print the stored token, for other programs to read: keep it to yourself
    #[command(after_help = help::TOKEN)]
    Token,
    /// List datasets
    #[command(after_help = help::LIST)]
    List(datasets::List),
    /// Show a dataset, a version or its files
    #[command(after_help = help::SHOW)]
    Show(datasets::Show),
    /// Register a folder as a version of a dataset, and upload its files
    #[command(after_help = help::PUSH)]
    Push(Box<push::Push>),
    /// Register a dataset by what others wrote of it: DCAT-AP, Croissant, a data package, a dataset card, CKAN
    #[command(after_help = help::IMPORT)]
    Import(Box<import::Import>),
    /// Publish a draft version; nobody can change it afterwards
    #[command(after_help = help::PUBLISH)]
    Publish(datasets::Publish),
    /// Withdraw a published version; its record and manifest stay
    #[command(after_help = help::WITHDRAW)]
    Withdraw(datasets::Withdraw),
    /// Show and set the terms of use of a dataset; check and explain policies without a server
    #[command(subcommand, after_help = help::POLICY)]
    Policy(policy::PolicyCommand),
    /// Ask for access to a dataset
    #[command(subcommand, after_help = help::REQUEST)]
    Request(requests::RequestCommand),
    /// Decide on requests for access
    #[command(subcommand, after_help = help::REVIEW)]
    Review(requests::ReviewCommand),
    /// Look at grants and end them
    #[command(subcommand, after_help = help::GRANT)]
    Grant(grants::GrantCommand),
    /// Download a version, verify every byte, and write cadastre.lock
    #[command(after_help = help::PULL)]
    Pull(pull::Pull),
    /// Check a pulled folder against its lock, or a receipt against a trust policy, without the network
    #[command(after_help = help::VERIFY)]
    Verify(Box<verify::Verify>),
    /// What `cadastre log` asks of a server; parsed beside the witness, which is a server itself.
    #[command(skip)]
    Log(LogCommand),
    /// What `cadastre admin` asks of a server; parsed beside the commands that work on the spot.
    #[command(skip)]
    Admin(AdminCommand),
}

/// Runs a command until it is done or the user stops it; what was uploaded or downloaded so far is kept, and
/// the same command goes on from there.
///
/// # Errors
/// Why the command failed.
pub async fn run(command: ClientCommand, options: &GlobalOptions) -> Result<(), CliError> {
    tokio::select! {
        outcome = dispatch(command, options) => outcome,
        _ = tokio::signal::ctrl_c() => Err(CliError::new(Exit::Interrupted, "interrupted")
            .hint("run the same command again; it goes on from here")),
    }
}

/// Says on standard error why a command failed, and gives its exit code.
pub fn report(error: &CliError, options: &GlobalOptions) -> u8 {
    options.output().error(error);
    error.exit().code()
}

async fn dispatch(command: ClientCommand, options: &GlobalOptions) -> Result<(), CliError> {
    match command {
        ClientCommand::Login(args) => login::login(options, args).await,
        ClientCommand::Logout => login::logout(options).await,
        ClientCommand::Whoami => login::whoami(options).await,
        ClientCommand::Token => login::token(options),
        ClientCommand::List(args) => datasets::list(options, args).await,
        ClientCommand::Show(args) => datasets::show(options, args).await,
        ClientCommand::Push(args) => push::push(options, *args).await,
        ClientCommand::Import(args) => import::import(options, *args).await,
        ClientCommand::Publish(args) => datasets::publish(options, args).await,
        ClientCommand::Withdraw(args) => datasets::withdraw(options, args).await,
        ClientCommand::Policy(command) => policy::policy(options, command).await,
        ClientCommand::Request(command) => requests::request(options, command).await,
        ClientCommand::Review(command) => requests::review(options, command).await,
        ClientCommand::Grant(command) => grants::grant(options, command).await,
        ClientCommand::Pull(args) => pull::pull(options, args).await,
        ClientCommand::Verify(args) => verify::verify(options, *args).await,
        ClientCommand::Log(command) => log::log(options, command).await,
        ClientCommand::Admin(command) => admin::admin(options, command).await,
    }
}
