//! Signing in and out, and who one is.

use std::io::{IsTerminal as _, Read as _};

use clap::Args;
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Method, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::credentials::Credentials;
use super::error::{CliError, Exit, Result};
use super::http::{Client, ServerUrl, document};
use super::options::GlobalOptions;
use super::output::{Column, column, pairs};
use crate::kernel::{ExposeSecret as _, Scope, Secret};

/// The longest secret that is read from standard input, in bytes.
const MAX_SECRET: u64 = 4096;

/// Signs in and stores an API token for the server.
#[derive(Debug, Args)]
pub struct Login {
    /// Your login; asked for when not given
    #[arg(long, short)]
    login: Option<String>,
    /// One-time code with which you set your password: the first way in
    #[arg(long)]
    code: Option<Secret>,
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
    /// Read a token you already have from standard input, and store it
    #[arg(long, conflicts_with_all = ["login", "code", "password_stdin", "scopes", "days"])]
    token_stdin: bool,
    /// What the token may be used for: read, request, publish, review, admin; everything when not given
    #[arg(long, value_delimiter = ',', value_name = "SCOPE")]
    scopes: Vec<Scope>,
    /// How many days the token lives, 366 at most; 90 when not given
    #[arg(long)]
    days: Option<u32>,
}

const ME: [Column; 8] = [
    column("NAME", "/name"),
    column("ID", "/id"),
    column("SERVER", "/server"),
    column("ADMIN", "/admin"),
    column("AUDITOR", "/auditor"),
    column("SCOPES", "/scopes"),
    pairs("ORGANISATIONS", "/organisations"),
    pairs("SPACES", "/spaces"),
];

/// Runs `cadastre login`.
///
/// # Errors
/// When the server does not take the password, code or token, or the token cannot be stored.
pub async fn login(options: &GlobalOptions, args: Login) -> Result<()> {
    let out = options.output();
    let mut credentials = Credentials::load()?;
    let server = options.server(&credentials)?;
    if args.token_stdin {
        let token = secret_from_stdin()?;
        let client = Client::new(server.clone(), Some(token.clone()))?;
        let me = me(&client).await?;
        credentials.store(&server, token, None)?;
        return out.one(&ME, &me);
    }
    let visitor = Client::new(server.clone(), None)?;
    let session = begin_session(&visitor, &args).await?;
    let token = make_token(&visitor, &session, &args).await;
    end_session(&visitor, &session).await?;
    let token = token?;
    let client = Client::new(server.clone(), Some(token.secret.clone()))?;
    let me = me(&client).await?;
    credentials.store(&server, token.secret, Some(token.id))?;
    out.note(&format!("signed in to {server}; the token is stored for the next commands"));
    out.one(&ME, &me)
}

/// Runs `cadastre logout`: revokes the stored token and forgets it.
///
/// # Errors
/// When nobody is signed in, or the server cannot be reached.
pub async fn logout(options: &GlobalOptions) -> Result<()> {
    let mut credentials = Credentials::load()?;
    let server = options.server(&credentials)?;
    let Some(token) = credentials.token(&server) else {
        return Err(not_signed_in(&server));
    };
    if let Some(id) = credentials.token_id(&server) {
        let client = Client::new(server.clone(), Some(token))?;
        match client.call(Method::DELETE, &["tokens", id]).send().await {
            Ok(_) => {}
            // Ended already, which is what was wanted.
            Err(error) if matches!(error.exit(), Exit::NotSignedIn | Exit::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    credentials.forget(&server)?;
    options.output().note(&format!("signed out of {server}"));
    Ok(())
}

/// Runs `cadastre whoami`.
///
/// # Errors
/// When nobody is signed in.
pub async fn whoami(options: &GlobalOptions) -> Result<()> {
    let (client, out) = options.connect()?;
    out.one(&ME, &me(&client).await?)
}

/// Runs `cadastre token`: prints the stored token, which is a secret, and nothing else.
///
/// # Errors
/// When nobody is signed in.
pub fn token(options: &GlobalOptions) -> Result<()> {
    let credentials = Credentials::load()?;
    let server = options.server(&credentials)?;
    let token = credentials.token(&server).ok_or_else(|| not_signed_in(&server))?;
    let secret = token.expose_secret();
    options.output().line(secret, &json!({"server": server.to_string(), "token": secret}))
}

fn not_signed_in(server: &ServerUrl) -> CliError {
    CliError::new(Exit::NotSignedIn, format!("you are not signed in to {server}"))
}

async fn me(client: &Client) -> Result<Value> {
    let mut me: Value = client.get(&["me"]).read().await?;
    if let Some(fields) = me.as_object_mut() {
        fields.insert("server".into(), json!(client.server().to_string()));
    }
    Ok(me)
}

/// The cookie of a session begun with a password or a one-time code.
async fn begin_session(visitor: &Client, args: &Login) -> Result<Secret> {
    let answer = match &args.code {
        Some(code) => {
            let password = new_password(args.password_stdin)?;
            let body = json!({"code": code.expose_secret(), "password": password.expose_secret()});
            visitor.post(&["sessions", "redeem"], &body).send().await?
        }
        None => {
            let login = args.login.clone().map_or_else(ask_login, Ok)?;
            let password = password(args.password_stdin, "Password: ")?;
            let body = json!({"login": login, "password": password.expose_secret()});
            visitor.post(&["sessions"], &body).send().await?
        }
    };
    cookie(&answer).ok_or_else(|| CliError::failure("the server began no session"))
}

fn cookie(answer: &Response) -> Option<Secret> {
    let field = answer.headers().get(SET_COOKIE)?.to_str().ok()?;
    Some(field.split(';').next()?.trim().to_owned().into())
}

#[derive(Deserialize)]
struct NewToken {
    id: String,
    secret: Secret,
}

async fn make_token(visitor: &Client, session: &Secret, args: &Login) -> Result<NewToken> {
    let scopes = if args.scopes.is_empty() { Scope::ALL } else { &args.scopes };
    let body = document([
        ("name", Some(json!("cadastre login"))),
        ("scopes", Some(json!(scopes))),
        ("expires_in_days", args.days.map(|days| json!(days))),
    ]);
    visitor.post(&["tokens"], &body).header(COOKIE.as_str(), session.expose_secret()).read().await
}

async fn end_session(visitor: &Client, session: &Secret) -> Result<()> {
    let call = visitor.call(Method::DELETE, &["sessions", "current"]);
    call.header(COOKIE.as_str(), session.expose_secret()).send().await?;
    Ok(())
}

fn ask_login() -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(
            CliError::usage("no login is named").hint("cadastre login --login LOGIN --password-stdin")
        );
    }
    eprint!("Login: ");
    let mut login = String::new();
    std::io::stdin().read_line(&mut login).map_err(|error| unreadable(&error))?;
    Ok(login.trim().to_owned())
}

fn new_password(from_stdin: bool) -> Result<Secret> {
    let first = password(from_stdin, "New password, at least 12 characters: ")?;
    if !from_stdin && password(false, "Once more: ")?.expose_secret() != first.expose_secret() {
        return Err(CliError::usage("the two passwords differ"));
    }
    Ok(first)
}

fn password(from_stdin: bool, prompt: &str) -> Result<Secret> {
    if from_stdin {
        return secret_from_stdin();
    }
    rpassword::prompt_password(prompt).map(Secret::from).map_err(|error| {
        unreadable(&error).hint("without a terminal, send it with --password-stdin or --token-stdin")
    })
}

fn secret_from_stdin() -> Result<Secret> {
    let mut text = String::new();
    std::io::stdin().take(MAX_SECRET).read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(CliError::usage("standard input is empty"));
    }
    Ok(secret.into())
}

fn unreadable(error: &std::io::Error) -> CliError {
    CliError::usage(format!("standard input cannot be read: {error}"))
}
