//! The fictional people and organisations of the demonstration.

use std::collections::BTreeMap;

use super::now;
use crate::http::Credential;
use crate::identity::{self, NewOrganisation, NewPerson, NewToken, OrganisationKind};
use crate::kernel::{Ctx, OrganisationRole, Result, Scope, Secret, Slug, SpaceRole, random_bytes};
use crate::server::Services;
use crate::spaces;

/// The data space that the demonstration's gated datasets are listed in.
pub(super) const SPACE: &str = "agriculture";
/// The organisation that provides the datasets.
pub(super) const PROVIDER: &str = "demo-data-institute";

/// Who is there.
pub(super) struct People {
    /// The tokens, by part.
    pub tokens: BTreeMap<String, String>,
    /// Acts as the provider.
    pub provider: Ctx,
}

/// Slug, name, kind, country.
const ORGANISATIONS: [(&str, &str, OrganisationKind, &str); 4] = [
    (PROVIDER, "Demo Data Institute", OrganisationKind::Research, "NL"),
    ("demo-ai-factory", "Demo AI Factory", OrganisationKind::Company, "FR"),
    ("demo-space-authority", "Demo Space Authority", OrganisationKind::PublicBody, "BE"),
    ("demo-elsewhere", "Demo Elsewhere", OrganisationKind::Sme, "PT"),
];

/// Part, organisation and role there, scopes of the token.
const PARTS: [(&str, &str, OrganisationRole, &[Scope]); 5] = [
    ("provider", PROVIDER, OrganisationRole::Owner, &[Scope::Read, Scope::Request, Scope::Publish]),
    ("trainer", "demo-ai-factory", OrganisationRole::Owner, &[Scope::Read, Scope::Request]),
    ("reviewer", "demo-space-authority", OrganisationRole::Owner, &[Scope::Read, Scope::Review]),
    ("second_reviewer", "demo-space-authority", OrganisationRole::Member, &[Scope::Read, Scope::Review]),
    (
        "stranger",
        "demo-elsewhere",
        OrganisationRole::Owner,
        &[Scope::Read, Scope::Request, Scope::Publish, Scope::Review],
    ),
];

/// Sets the administrator's password with the first one-time code, then lets everybody in the ordinary way.
pub(super) async fn settle(services: &Services, code: String) -> Result<People> {
    let admin = come_in(services, code).await?;
    for (slug, name, kind, country) in ORGANISATIONS {
        let new = NewOrganisation {
            slug: slug.parse()?,
            name: name.into(),
            kind,
            country: country.into(),
            sector: None,
            contact: None,
            quota_bytes: None,
            max_file_bytes: None,
        };
        identity::create_organisation(&services.db, &admin, new).await?;
    }
    let mut tokens =
        BTreeMap::from([("admin".to_owned(), token(services, &admin, "admin", Scope::ALL).await?)]);
    let mut provider = None;
    for (part, organisation, role, scopes) in PARTS {
        let login = Slug::from_words(&format!("demo {part}"))
            .ok_or_else(|| crate::kernel::Error::internal("demo", "login"))?;
        let new = NewPerson {
            login: login.clone(),
            name: format!("Demo {part}").replace('_', " "),
            admin: false,
            auditor: false,
            disabled: false,
            environment: None,
        };
        identity::create_person(&services.db, &admin, new).await?;
        identity::put_member(&services.db, &admin, organisation.parse()?, login.clone(), role).await?;
        if scopes.contains(&Scope::Review) && part != "stranger" {
            for space in [SPACE, "green-deal"] {
                spaces::put_role(&services.db, &admin, space.parse()?, login.clone(), SpaceRole::Reviewer)
                    .await?;
            }
        }
        let issued = identity::issue_code(&services.db, &admin, login).await?;
        let person = come_in(services, issued.code).await?;
        tokens.insert(part.to_owned(), token(services, &person, part, scopes).await?);
        if part == "provider" {
            provider = Some(person);
        }
    }
    for organisation in [PROVIDER, "demo-ai-factory"] {
        spaces::put_member(&services.db, &admin, SPACE.parse()?, organisation.parse()?).await?;
    }
    let provider = provider
        .ok_or_else(|| crate::kernel::Error::internal("demo", "there is no provider among the parts"))?;
    Ok(People { tokens, provider })
}

/// Sets a password nobody will know and signs in with it.
async fn come_in(services: &Services, code: String) -> Result<Ctx> {
    let password = Secret::from(hex::encode(random_bytes::<24>()?));
    let ctx = Ctx::anonymous(now(), "demo");
    let session = identity::redeem_code(&services.db, &ctx, code.into(), password).await?;
    let caller =
        services.authenticator.authenticate(Credential::Session(session.secret), now(), None).await?;
    Ok(Ctx { caller, ..ctx })
}

async fn token(services: &Services, ctx: &Ctx, part: &str, scopes: &[Scope]) -> Result<String> {
    let new = NewToken {
        name: format!("demo {part}"),
        scopes: scopes.to_vec(),
        organisation: None,
        space: None,
        expires_in_days: None,
    };
    Ok(identity::create_token(&services.db, ctx, new).await?.secret)
}
