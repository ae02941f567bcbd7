//! From a credential to a principal. What was found is remembered until anybody's rights change, so that a revoked token
//! or a lost membership ends at the next call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::model::{Credential as OwnSecret, Person};
use super::store::{self, TokenRow};
use crate::db::{Conn, Db, Memo};
use crate::http::{Authenticator, Credential};
use crate::kernel::{
    Caller, Digest, Epoch, Epochs, Error, ExposeSecret as _, OrganisationId, Principal, Result, Scope,
    Timestamp,
};

/// Room for remembered callers, in bytes.
const ROOM: usize = 8 * 1024 * 1024;

/// Looks credentials up in the database, once per state of what it knows of callers.
pub struct DatabaseAuthenticator {
    db: Db,
    known: Memo<Digest, Known>,
}

/// A caller, until the credential ends.
#[derive(Clone)]
struct Known {
    principal: Arc<Principal>,
    until: Timestamp,
}

impl Known {
    /// About how many bytes it takes to remember.
    fn weight(&self) -> usize {
        let principal = &self.principal;
        1024 + 128 * (principal.organisations.len() + principal.space_roles.len() + principal.spaces.len())
    }
}

impl DatabaseAuthenticator {
    /// An authenticator over this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db, known: Memo::new(ROOM, Known::weight) }
    }
}

impl Authenticator for DatabaseAuthenticator {
    fn epochs(&self) -> BoxFuture<'_, Option<Epochs>> {
        Box::pin(async {
            let epochs = self.db.epochs().await;
            epochs.inspect_err(|error| tracing::debug!(%error, "the state of the database is not known")).ok()
        })
    }

    fn authenticate(
        &self,
        credential: Credential,
        now: Timestamp,
        callers: Option<Epoch>,
    ) -> BoxFuture<'_, Result<Caller>> {
        Box::pin(async move {
            let (kind, secret, look_up): (_, _, LookUp) = match credential {
                Credential::Token(secret) => (OwnSecret::TOKEN, secret, by_token),
                Credential::Session(secret) => (OwnSecret::SESSION, secret, by_session),
            };
            let secret = OwnSecret::shaped(kind, secret.expose_secret())?;
            let hash = secret.hash();
            let read = async {
                secret.check_sum()?;
                self.db.read(move |conn| look_up(conn, &hash, now)).await
            };
            let known = self.known.get_or(callers, hash, read).await?;
            if now < known.until {
                Ok(Caller::Person(known.principal))
            } else {
                Err(Error::unauthenticated())
            }
        })
    }
}

type LookUp = fn(&mut Conn, &Digest, Timestamp) -> Result<Known>;

fn by_token(conn: &mut Conn, hash: &Digest, now: Timestamp) -> Result<Known> {
    let token = store::live_token(conn, hash, now)?.ok_or_else(Error::unauthenticated)?;
    let person = store::person_by_id(conn, &token.person_id)?;
    let principal = load(conn, person, token.organisation_id.as_ref())?;
    Ok(Known { principal: Arc::new(narrow(principal, &token)), until: token.expires_at })
}

fn by_session(conn: &mut Conn, hash: &Digest, now: Timestamp) -> Result<Known> {
    let (person, until) = store::live_session(conn, hash, now)?.ok_or_else(Error::unauthenticated)?;
    let person = store::person_by_id(conn, &person)?;
    Ok(Known { principal: Arc::new(load(conn, person, None)?), until })
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
        environment: person.environment,
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
