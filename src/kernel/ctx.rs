//! `Ctx`: who asks, with which rights, and when. Every use case takes it as its first argument; nothing else
//! tells the time or the caller.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Digest, Error, OrganisationId, PersonId, Result, Slug, Timestamp, TokenId, text_enum};

text_enum! {
    /// What an API token may be used for. A session has all of them.
    pub enum Scope {
        /// See records and pull bytes that a grant covers.
        Read = "read",
        /// Ask for access.
        Request = "request",
        /// Register datasets, upload, publish.
        Publish = "publish",
        /// Review and decide requests.
        Review = "review",
        /// Administer people, organisations, spaces.
        Admin = "admin",
    }
}

text_enum! {
    /// A person's role in an organisation; a later one includes those before it.
    pub enum OrganisationRole {
        /// Belongs to it and may pull under its grants and ask in its name.
        Member = "member",
        /// Registers and publishes its datasets.
        Publisher = "publisher",
        /// Manages its members.
        Owner = "owner",
    }
}

text_enum! {
    /// A person's role in a data space.
    pub enum SpaceRole {
        /// Advises and decides on requests.
        Reviewer = "reviewer",
        /// Runs the space: charter, members, reviewers.
        Steward = "steward",
    }
}

/// A signed-in person with the rights of this moment, already narrowed to what the credential allows.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Who.
    pub person: PersonId,
    /// The name shown to others.
    pub name: String,
    /// Runs the instance.
    pub admin: bool,
    /// May read the whole journal.
    pub auditor: bool,
    /// Organisations the person belongs to, with their slug and the role there.
    pub organisations: BTreeMap<OrganisationId, (Slug, OrganisationRole)>,
    /// Roles held in spaces.
    pub space_roles: BTreeMap<Slug, BTreeSet<SpaceRole>>,
    /// Spaces of which one of the person's organisations is a member.
    pub spaces: BTreeSet<Slug>,
    /// What the credential may be used for.
    pub scopes: BTreeSet<Scope>,
    /// The one space a token is confined to, if it is.
    pub only_space: Option<Slug>,
    /// The token the person came with; none for a session.
    pub token: Option<TokenId>,
    /// The secure processing environment whose account this is, an IRI.
    pub environment: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Nobody we know.
    Anonymous,
    /// A person who signed in or sent a token.
    Person(Arc<Principal>),
}

/// A client's key that makes a repeated POST harmless (draft-ietf-httpapi-idempotency-key-header).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Caller and key together.
    pub key: String,
    /// Digest of method, path and body: the same key with another request is refused.
    pub fingerprint: Digest,
}

/// Names a state of the database: as long as the name is the same, nothing has changed. Only equality means anything,
/// and only within one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(u64);

impl Epoch {
    /// A name by its number.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(number)
    }
}

/// What the database is at now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epochs {
    /// All of it: ends with every commit.
    pub data: Epoch,
    /// What tells who a caller is and may do: ends when any of that is changed or taken away.
    pub callers: Epoch,
}

/// The caller, the moment and the request.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who asks.
    pub caller: Caller,
    /// When; the only now that a use case knows.
    pub now: Timestamp,
    /// The state of the database when the request came, if that is known: what was read in it before is still true.
    pub epoch: Option<Epoch>,
    /// Names this request in logs and problems.
    pub request_id: String,
    /// Set on a POST that carries `Idempotency-Key`.
    pub idempotency: Option<IdempotencyKey>,
}

impl Ctx {
    /// The service itself, for start-up work and background jobs.
    #[must_use]
    pub fn anonymous(now: Timestamp, request_id: impl Into<String>) -> Self {
        Self { caller: Caller::Anonymous, now, epoch: None, request_id: request_id.into(), idempotency: None }
    }

    /// The signed-in person, if there is one.
    #[must_use]
    pub fn principal(&self) -> Option<&Principal> {
        match &self.caller {
            Caller::Anonymous => None,
            Caller::Person(principal) => Some(principal),
        }
    }

    /// The signed-in person, whose credential must have this scope.
    ///
    /// # Errors
    /// 401 when nobody is signed in, 403 when the token lacks the scope.
    pub fn require(&self, scope: Scope) -> Result<&Principal> {
        let principal = self.principal().ok_or_else(Error::unauthenticated)?;
        if principal.scopes.contains(&scope) {
            Ok(principal)
        } else {
            Err(Error::forbidden(
                "scope_missing",
                format!("this token lacks the scope `{}`; make one that has it", scope.as_str()),
            ))
        }
    }

    /// The signed-in administrator of the instance.
    ///
    /// # Errors
    /// 401 or 403 as [`Ctx::require`]; 403 when the person is no administrator.
    pub fn require_admin(&self) -> Result<&Principal> {
        let principal = self.require(Scope::Admin)?;
        if principal.admin {
            Ok(principal)
        } else {
            Err(Error::forbidden("admin_required", "only an administrator may do this"))
        }
    }
}

impl Principal {
    /// Whether the person has at least this role in the organisation.
    #[must_use]
    pub fn has_role(&self, organisation: &OrganisationId, role: OrganisationRole) -> bool {
        self.organisations.get(organisation).is_some_and(|(_, held)| *held >= role)
    }

    /// The organisation of this name, if the person has at least this role in it.
    #[must_use]
    pub fn organisation(&self, slug: &Slug, role: OrganisationRole) -> Option<&OrganisationId> {
        let own = self.organisations.iter().find(|(_, (held, _))| held == slug)?.0;
        self.has_role(own, role).then_some(own)
    }

    /// Whether the person belongs to the organisation.
    #[must_use]
    pub fn belongs_to(&self, organisation: &OrganisationId) -> bool {
        self.organisations.contains_key(organisation)
    }

    /// Whether the person has this role in the space; a steward is not thereby a reviewer.
    #[must_use]
    pub fn has_space_role(&self, space: &Slug, role: SpaceRole) -> bool {
        self.space_roles.get(space).is_some_and(|roles| roles.contains(&role))
    }

    /// Whether the credential reaches into this space.
    #[must_use]
    pub fn reaches(&self, space: &Slug) -> bool {
        self.only_space.as_ref().is_none_or(|only| only == space)
    }
}
