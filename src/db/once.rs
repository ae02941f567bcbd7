//! Idempotency keys: a POST repeated with the same key gives the first answer again and has no second effect.
//!
//! The answer is stored in the same transaction as the effect, so there is no moment in which one is there without
//! the other.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::conn::Conn;
use super::schema::idempotency_keys;
use super::tx::Tx;
use crate::kernel::{Ctx, Digest, Error, Kind, Result, Timestamp};

impl Tx<'_> {
    /// Runs the closure, unless this request's idempotency key was already used: then gives the first answer.
    ///
    /// # Errors
    /// What the closure returns (nothing is remembered then, so that a retry runs again), or 422
    /// `idempotency_key_reused` when the key came with another request before.
    pub fn once<T>(&mut self, ctx: &Ctx, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
    {
        let Some(key) = &ctx.idempotency else { return f(self) };
        let before: Option<(Digest, String)> = idempotency_keys::table
            .find(&key.key)
            .select((idempotency_keys::fingerprint, idempotency_keys::answer))
            .first(&mut **self)
            .optional()?;
        match before {
            Some((fingerprint, answer)) if fingerprint == key.fingerprint => {
                serde_json::from_str(&answer).map_err(|error| Error::internal("stored answer", error))
            }
            Some(_) => Err(Error::new(
                Kind::Invalid,
                "idempotency_key_reused",
                "this Idempotency-Key came with another request before; use a new one for each new request",
            )),
            None => {
                let result = f(self)?;
                let answer =
                    serde_json::to_string(&result).map_err(|error| Error::internal("answer", error))?;
                diesel::insert_into(idempotency_keys::table)
                    .values((
                        idempotency_keys::key.eq(&key.key),
                        idempotency_keys::fingerprint.eq(key.fingerprint),
                        idempotency_keys::answer.eq(answer),
                        idempotency_keys::created_at.eq(ctx.now),
                    ))
                    .execute(&mut **self)?;
                Ok(result)
            }
        }
    }
}

/// Forgets keys older than an instant; the service keeps them for 24 hours.
///
/// # Errors
/// When the database fails.
pub fn forget_idempotency_keys(conn: &mut Conn, before: Timestamp) -> Result<usize> {
    Ok(diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before)))
        .execute(conn)?)
}
