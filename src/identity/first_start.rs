//! The first start on an empty database: one administrator, no password, one code to set it.

use super::model::NewPerson;
use super::{people, sign_in, store};
use crate::db::Db;
use crate::kernel::{Ctx, Result, Slug, Timestamp};

/// How the first administrator comes in.
#[derive(Debug)]
pub struct FirstSignIn {
    /// The login.
    pub login: Slug,
    /// The one-time code; shown once.
    pub code: String,
    /// When the code ends.
    pub expires_at: Timestamp,
}

/// Makes the first administrator on an empty database; gives a new code at every start until it has been used.
///
/// # Errors
/// When the database fails.
pub async fn ensure_administrator(db: &Db, ctx: &Ctx) -> Result<Option<FirstSignIn>> {
    if db.read(|conn| Ok(store::anybody(conn)? && store::awaits_first_sign_in(conn)?.is_none())).await? {
        return Ok(None);
    }
    let at = ctx.clone();
    db.write("ensure_administrator", move |tx| {
        if !store::anybody(tx)? {
            let new = NewPerson {
                login: "admin".parse()?,
                name: "Administrator".into(),
                admin: true,
                auditor: false,
                disabled: false,
                environment: None,
            };
            people::insert_person(tx, &at, new)?;
        }
        let Some(person) = store::awaits_first_sign_in(tx)? else { return Ok(None) };
        let (code, expires_at) = sign_in::first_code(tx, &at, &person)?;
        Ok(Some(FirstSignIn { login: person.login, code, expires_at }))
    })
    .await
}
