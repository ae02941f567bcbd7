//! Signing in with a password, signing out, and setting a password with a one-time code.

use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use super::model::{CodeIssued, Credential, Person};
use super::store;
use crate::db::{Db, Tx};
use crate::journal::{Event, append};
use crate::kernel::{Ctx, Error, ExposeSecret as _, Kind, PersonId, Result, Secret, Slug, Timestamp};

/// How long a session lives.
const SESSION_LIFE: Duration = Duration::from_secs(12 * 3600);
/// How long a one-time code holds.
const CODE_LIFE: Duration = Duration::from_secs(72 * 3600);
/// The shortest password, in characters (NIST SP 800-63B asks for at least 8; passphrases are welcome).
const MIN_PASSWORD: usize = 12;
/// The longest, so that hashing cannot be made a burden.
const MAX_PASSWORD: usize = 1024;

/// A session just begun.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// The cookie's secret.
    pub secret: Secret,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Signs in with a password.
///
/// # Errors
/// 401 `wrong_password`, the same whether the login or the password is wrong, and after the same work.
pub async fn sign_in(db: &Db, ctx: &Ctx, login: Slug, password: Secret) -> Result<SignedIn> {
    let found = db.read(move |conn| store::password_of(conn, &login)).await?;
    let (person, hash) = found.map_or((None, None), |(person, hash)| (Some(person), hash));
    let right = verify(password, hash).await?;
    match person {
        Some(person) if right => begin_session(db, ctx, "begin_session", |_, _| Ok(person)).await,
        _ => Err(Error::new(Kind::Unauthenticated, "wrong_password", "login or password is wrong")),
    }
}

/// Begins a session for whom a write finds, in that write: what leads to it is done with it or not at all.
async fn begin_session<F>(db: &Db, ctx: &Ctx, name: &'static str, whose: F) -> Result<SignedIn>
where
    F: FnOnce(&mut Tx<'_>, &Ctx) -> Result<PersonId> + Send + 'static,
{
    let secret = Credential::generate(Credential::SESSION)?;
    let (hash, expires_at, ctx) = (secret.hash(), ctx.now.plus(SESSION_LIFE), ctx.clone());
    let person = db
        .write(name, move |tx| {
            let person = whose(tx, &ctx)?;
            let id = store::insert_session(tx, &hash, &person, ctx.now, expires_at)?;
            append(tx, &ctx, Event::new("session.begun", &id).fact("person", person.as_str()))?;
            Ok(person)
        })
        .await?;
    Ok(SignedIn { person, secret: secret.reveal().into(), expires_at })
}

/// Ends a session; ending one that is over is no error.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(db: &Db, ctx: &Ctx, secret: Secret) -> Result<()> {
    let Ok(credential) = Credential::parse(Credential::SESSION, secret.expose_secret()) else {
        return Ok(());
    };
    let (hash, ctx) = (credential.hash(), ctx.clone());
    db.write("end_session", move |tx| {
        if let Some((id, person)) = store::delete_session(tx, &hash)? {
            append(tx, &ctx, Event::new("session.ended", id).fact("person", person.as_str()))?;
        }
        Ok(())
    })
    .await
}

/// Sets a password with a one-time code and signs in. Every other session and code of the person ends.
///
/// # Errors
/// 401 `code_invalid` when the code is unknown, used or over; 422 when the password is too short or too long.
pub async fn redeem_code(db: &Db, ctx: &Ctx, code: Secret, password: Secret) -> Result<SignedIn> {
    check_password(password.expose_secret())?;
    let invalid = || {
        Error::new(
            Kind::Unauthenticated,
            "code_invalid",
            "this one-time code is unknown, used or over; ask for a new one",
        )
    };
    let hash = Credential::parse(Credential::CODE, code.expose_secret()).map_err(|_| invalid())?.hash();
    let now = ctx.now;
    // Looked at before the costly hashing, and again inside the write that takes it.
    if db.read(move |conn| store::live_code(conn, &hash, now)).await?.is_none() {
        return Err(invalid());
    }
    let password_hash = hash_password(password).await?;
    begin_session(db, ctx, "redeem_code", move |tx, ctx| {
        let person = store::live_code(tx, &hash, ctx.now)?.ok_or_else(invalid)?;
        store::set_password(tx, &person.id, &password_hash)?;
        store::delete_codes_of(tx, &person.id)?;
        store::delete_sessions_of(tx, &person.id)?;
        append(tx, ctx, Event::new("person.password_set", &person.id))?;
        Ok(person.id)
    })
    .await
}

/// Makes a new one-time code for a person; earlier ones stop holding.
///
/// # Errors
/// 403 unless an administrator asks; 404 when there is no such person.
pub async fn issue_code(db: &Db, ctx: &Ctx, login: Slug) -> Result<CodeIssued> {
    ctx.require_admin()?;
    let (code, expires_at, at) =
        (Credential::generate(Credential::CODE)?, ctx.now.plus(CODE_LIFE), ctx.clone());
    let hash = code.hash();
    let login = db
        .write("issue_code", move |tx| {
            let person = store::person_by_login(tx, &login)?.ok_or_else(|| Error::not_found("person"))?;
            store::delete_codes_of(tx, &person.id)?;
            store::insert_code(tx, &hash, &person.id, at.now, expires_at)?;
            append(tx, &at, Event::new("person.code_issued", &person.id))?;
            Ok(login)
        })
        .await?;
    Ok(CodeIssued { login, code: code.reveal(), expires_at })
}

/// Forgets sessions and codes that are over; they do not hold any more in any case.
///
/// # Errors
/// When the database fails.
pub async fn forget_ended_sessions(db: &Db, ctx: &Ctx) -> Result<()> {
    let now = ctx.now;
    db.write("forget_ended_sessions", move |tx| store::delete_stale(tx, now)).await
}

/// The code with which a fresh instance's administrator comes in.
pub(super) fn first_code(
    tx: &mut crate::db::Tx<'_>,
    ctx: &Ctx,
    person: &Person,
) -> Result<(String, Timestamp)> {
    let (code, expires_at) = (Credential::generate(Credential::CODE)?, ctx.now.plus(CODE_LIFE));
    store::insert_code(tx, &code.hash(), &person.id, ctx.now, expires_at)?;
    append(tx, ctx, Event::new("person.code_issued", &person.id))?;
    Ok((code.reveal(), expires_at))
}

fn check_password(password: &str) -> Result<()> {
    let length = password.chars().count();
    if (MIN_PASSWORD..=MAX_PASSWORD).contains(&length) {
        Ok(())
    } else {
        Err(Error::invalid(
            "/password",
            "length",
            format!("use {MIN_PASSWORD} to {MAX_PASSWORD} characters; several words make a good password"),
        ))
    }
}

async fn hash_password(password: Secret) -> Result<String> {
    blocking(move || {
        Argon2::default()
            .hash_password(password.expose_secret().as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| Error::internal("password hash", error.to_string()))
    })
    .await
}

/// Whether the password fits. Without a stored hash the same work is done and the answer is no, so that the time
/// taken does not tell which logins exist.
async fn verify(password: Secret, stored: Option<String>) -> Result<bool> {
    blocking(move || {
        let Some(stored) = stored else {
            drop(Argon2::default().hash_password(password.expose_secret().as_bytes()));
            return Ok(false);
        };
        Ok(Argon2::default().verify_password(password.expose_secret().as_bytes(), stored.as_str()).is_ok())
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal("password hash", error))?
}
