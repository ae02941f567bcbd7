//! From a credential to a principal: one read per request, so that a revoked token or a lost membership ends at
//! the next call.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::model::{Credential as OwnSecret, Person};
use super::store::{self, TokenRow};
use crate::db::{Conn, Db};
use crate::http::{Authenticator, Credential};
use crate::kernel::{
    Caller, Digest, Error, ExposeSecret as _, OrganisationId, Principal, Result, Scope, Timestamp,
};

/// Looks credentials up in the database.
#[derive(Clone)]
pub struct DatabaseAuthenticator {
    db: Db,
}

impl DatabaseAuthenticator {
    /// An authenticator over this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

impl Authenticator for DatabaseAuthenticator {
    fn authenticate(
        &self,
        credential: Credential,
        now: Timestamp,
    ) -> Pin<Box<dyn Future<Output = Result<Caller>> + Send + '_>> {
        Box::pin(async move {
            let principal = match credential {
                Credential::Token(secret) => {
                    let hash = OwnSecret::parse(OwnSecret::TOKEN, secret.expose_secret())?.hash();
                    self.db.read(move |conn| by_token(conn, &hash, now)).await?
                }
                Credential::Session(secret) => {
                    let hash = OwnSecret::parse(OwnSecret::SESSION, secret.expose_secret())?.hash();
                    self.db.read(move |conn| by_session(conn, &hash, now)).await?
                }
            };
            Ok(Caller::Person(Arc::new(principal)))
        })
    }
}

fn by_token(conn: &mut Conn, hash: &Digest, now: Timestamp) -> Result<Principal> {
    let token = store::live_token(conn, hash, now)?.ok_or_else(Error::unauthenticated)?;
    let person = store::person_by_id(conn, &token.person_id)?;
    let principal = load(conn, person, token.organisation_id.as_ref())?;
    Ok(narrow(principal, &token))
}

fn by_session(conn: &mut Conn, hash: &Digest, now: Timestamp) -> Result<Principal> {
    let person = store::live_session(conn, hash, now)?.ok_or_else(Error::unauthenticated)?;
    let person = store::person_by_id(conn, &person)?;
    load(conn, person, None)
}

/// The rights of a person; of one organisation only, when a token is confined to it.
fn load(conn: &mut Conn, person: Option<Person>, only: Option<&OrganisationId>) -> Result<Principal> {
    let person = person.filter(|person| !person.disabled).ok_or_else(Error::unauthenticated)?;
    let memberships = store::organisations_of(conn, &person.id)?;
    let organisations: BTreeMap<_, _> = memberships
        .into_iter()
        .filter(|(id, _, _)| only.is_none_or(|only| only == id))
        .map(|(id, slug, role)| (id, (slug, role)))
        .collect();
    let ids: Vec<_> = organisations.keys().cloned().collect();
    let spaces =
        if ids.is_empty() { BTreeSet::new() } else { store::spaces_of(conn, &ids)?.into_iter().collect() };
    let mut space_roles = BTreeMap::<_, BTreeSet<_>>::new();
    for (space, role) in store::space_roles_of(conn, &person.id)? {
        space_roles.entry(space).or_default().insert(role);
    }
    Ok(Principal {
        person: person.id,
        name: person.name,
        admin: person.admin,
        auditor: person.auditor,
        organisations,
        space_roles,
        spaces,
        scopes: Scope::ALL.iter().copied().collect(),
        only_space: None,
        token: None,
    })
}

/// What a token leaves of its owner's rights. One that is confined to an organisation or a space administers
/// nothing beyond it.
fn narrow(mut principal: Principal, token: &TokenRow) -> Principal {
    principal.scopes = token.scope_list().into_iter().collect();
    if token.organisation_id.is_some() || token.space.is_some() {
        principal.admin = false;
        principal.auditor = false;
    }
    if token.organisation_id.is_some() {
        principal.space_roles.clear();
    }
    if let Some(space) = &token.space {
        principal.space_roles.retain(|held, _| held == space);
        principal.spaces.retain(|held| held == space);
    }
    principal.only_space = token.space.clone();
    principal.token = Some(token.id.clone());
    principal
}
