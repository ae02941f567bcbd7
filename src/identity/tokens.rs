//! API tokens: made by their owner, shown once, confined, expiring, revocable.

use super::model::{Credential, NewToken, Token, TokenCreated};
use super::store::{self, TokenRow};
use crate::db::{Conn, Db};
use crate::journal::{Event, append};
use crate::kernel::{Ctx, Cursor, Error, Page, PageRequest, Result, Scope, TokenId};

/// Makes a token for the caller. A token can only make tokens that reach no further than itself.
///
/// # Errors
/// 401; 403 when it would reach further than the caller; 422 when a field is wrong.
pub async fn create_token(db: &Db, ctx: &Ctx, new: NewToken) -> Result<TokenCreated> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    new.check()?;
    if let Some(missing) = new.scopes.iter().find(|scope| !principal.scopes.contains(scope)) {
        return Err(Error::forbidden(
            "scope_missing",
            format!("your own credential lacks the scope `{missing}`"),
        ));
    }
    if principal.only_space.is_some() && new.space != principal.only_space {
        return Err(Error::forbidden(
            "space_confined",
            "your own token is confined to one space; confine the new one to it too",
        ));
    }
    let organisation_id = match &new.organisation {
        None => None,
        Some(slug) => {
            let own = principal.organisations.iter().find(|(_, (held, _))| held == slug);
            Some(own.map(|(id, _)| id.clone()).ok_or_else(|| {
                Error::invalid("/organisation", "not_yours", "name one of your organisations")
            })?)
        }
    };
    if organisation_id.is_none() && confined_to_one(db, ctx).await? {
        return Err(Error::forbidden(
            "organisation_confined",
            "your own token is confined to one organisation; confine the new one to it too",
        ));
    }
    let secret = Credential::generate(Credential::TOKEN)?;
    let mut scopes: Vec<Scope> = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let names: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
    let row = TokenRow {
        id: TokenId::generate(),
        secret_hash: secret.hash(),
        person_id: principal.person.clone(),
        name: new.name.clone(),
        scopes: names.join(" "),
        organisation_id,
        space: new.space.clone(),
        created_at: ctx.now,
        expires_at: ctx.now.plus_days(new.expires_in_days.unwrap_or(NewToken::DEFAULT_DAYS)),
        revoked_at: None,
    };
    let (at, stored) = (ctx.clone(), row.clone());
    db.write("create_token", move |tx| {
        let event = Event::new("token.created", &stored.id)
            .fact("scopes", stored.scopes.as_str())
            .fact("expires_at", stored.expires_at.to_string());
        store::insert_token(tx, &stored)?;
        append(tx, &at, event)?;
        Ok(())
    })
    .await?;
    let token = Token {
        id: row.id,
        name: row.name,
        scopes,
        organisation: new.organisation,
        space: row.space,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: None,
    };
    Ok(TokenCreated { token, secret: secret.reveal() })
}

/// Whether the caller's own token acts for one organisation only.
async fn confined_to_one(db: &Db, ctx: &Ctx) -> Result<bool> {
    let Some((person, id)) = ctx.principal().and_then(|p| Some((p.person.clone(), p.token.clone()?))) else {
        return Ok(false);
    };
    db.read(move |conn| {
        Ok(store::token_of(conn, &person, &id)?.is_some_and(|own| own.organisation_id.is_some()))
    })
    .await
}

/// The caller's tokens, oldest first, those that ended included.
///
/// # Errors
/// 401.
pub async fn list_tokens(db: &Db, ctx: &Ctx, page: PageRequest) -> Result<Page<Token>> {
    let person = ctx.principal().ok_or_else(Error::unauthenticated)?.person.clone();
    db.read(move |conn| {
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[id]| id.as_str());
        let rows = store::tokens_of(conn, &person, &page, after)?;
        let rows = page.page(rows, |row| Cursor::new([row.id.to_string()]));
        let mut items = Vec::new();
        for row in rows.items {
            items.push(token_view(conn, row)?);
        }
        Ok(Page { items, next: rows.next })
    })
    .await
}

fn token_view(conn: &mut Conn, row: TokenRow) -> Result<Token> {
    let scopes = row.scope_list();
    let organisation = match &row.organisation_id {
        Some(id) => store::organisation_by_id(conn, id)?.map(|organisation| organisation.slug),
        None => None,
    };
    Ok(Token {
        id: row.id,
        name: row.name,
        scopes,
        organisation,
        space: row.space,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    })
}

/// Revokes one of the caller's tokens; the next call with it is refused. A token can revoke itself, and others that
/// reach no further: who finds one must not be able to shut its owner out.
///
/// # Errors
/// 401; 403 `token_reaches_further`; 404 when the caller has no such live token.
pub async fn revoke_token(db: &Db, ctx: &Ctx, id: TokenId) -> Result<()> {
    let principal = ctx.principal().ok_or_else(Error::unauthenticated)?;
    let (person, own) = (principal.person.clone(), principal.token.clone());
    let at = ctx.clone();
    db.write("revoke_token", move |tx| {
        let target = store::token_of(tx, &person, &id)?.ok_or_else(|| Error::not_found("token"))?;
        let own = own.map(|own| store::token_of(tx, &person, &own)).transpose()?.flatten();
        if own.is_some_and(|own| own.id != id && !target.is_within(&own)) {
            return Err(Error::forbidden(
                "token_reaches_further",
                "that token may do more than yours; sign in to revoke it",
            ));
        }
        if !store::revoke_token(tx, &person, &id, at.now)? {
            return Err(Error::not_found("token"));
        }
        append(tx, &at, Event::new("token.revoked", &id))?;
        Ok(())
    })
    .await
}
