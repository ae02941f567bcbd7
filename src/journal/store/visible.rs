//! Who may know of an entry, as one condition for every look-up and list; and the lists.

use diesel::dsl::max;
use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods as _, BoxableExpression, ExpressionMethods as _, IntoSql as _,
    NullableExpressionMethods as _, OptionalExtension as _, QueryDsl as _, RunQueryDsl as _,
    SelectableHelper as _, TextExpressionMethods as _,
};

use super::rows::Recorded;
use crate::db::schema::journal;
use crate::db::{Conn, MultiBackend};
use crate::kernel::{Ctx, OrganisationRole, Principal, Result, Scope, Slug, Timestamp};

type Condition = Box<dyn BoxableExpression<journal::table, MultiBackend, SqlType = Bool>>;

/// Kinds of entries that say what everybody may read elsewhere, their payloads included.
const PUBLIC: [&str; 5] =
    ["space.created", "space.updated", "space.extension_published", "log.key_rotated", "log.epoch_opened"];

/// What those who hold a role in a space may follow there: the work of reviewers and stewards. Drafts and unlisted
/// datasets are not among it.
const OF_SPACE_ROLES: [&str; 6] =
    ["request.%", "grant.%", "space.%", "source.%", "version.published", "version.withdrawn"];

/// The condition that an entry fulfils when this caller may know of it:
///
/// * its kind is public; or
/// * the caller did it; or
/// * belongs to the organisation it concerns; or
/// * publishes for the organisation that provides the dataset; or
/// * holds a role in its space, and it is of the kinds that these roles deal with; or
/// * runs the instance or audits it.
///
/// Whatever is not named here stays unseen. A token that is confined to one space reaches nothing beyond it, one that is
/// confined to an organisation no deeds for another, and one without the scope `read` adds nothing at all.
fn visible_to(ctx: &Ctx) -> Condition {
    let public: Condition = Box::new(journal::kind.eq_any(PUBLIC));
    let entitled = ctx.principal().filter(|principal| principal.scopes.contains(&Scope::Read));
    let Some(principal) = entitled else { return public };
    let by_right = by_right(principal);
    match &principal.only_space {
        None => Box::new(public.or(by_right)),
        Some(space) => {
            let within = journal::space.assume_not_null().eq(space.to_string());
            Box::new(public.or(by_right.and(journal::space.is_not_null()).and(within)))
        }
    }
}

fn by_right(principal: &Principal) -> Condition {
    if principal.admin || principal.auditor {
        return Box::new(true.into_sql::<Bool>());
    }
    let publisher = |id: &&_| principal.has_role(id, OrganisationRole::Publisher);
    let text = ToString::to_string;
    let own: Vec<String> = principal.organisations.keys().map(text).collect();
    let published: Vec<String> = principal.organisations.keys().filter(publisher).map(text).collect();
    let roles: Vec<String> = principal.space_roles.keys().map(Slug::to_string).collect();
    let mut right = done_by(principal);
    // Only what the person has is asked for: most of it is found by an index, roles by looking at every entry.
    if !own.is_empty() {
        let concerned = journal::concerning.assume_not_null().eq_any(own);
        right = Box::new(right.or(journal::concerning.is_not_null().and(concerned)));
    }
    if !published.is_empty() {
        let provided = journal::provided_by.assume_not_null().eq_any(published);
        right = Box::new(right.or(journal::provided_by.is_not_null().and(provided)));
    }
    if !roles.is_empty() {
        let [requests, grants, spaces, sources, publications, withdrawals] =
            OF_SPACE_ROLES.map(|kind| journal::kind.like(kind));
        let of_roles = requests.or(grants).or(spaces).or(sources).or(publications).or(withdrawals);
        let within = journal::space.assume_not_null().eq_any(roles);
        right = Box::new(right.or(journal::space.is_not_null().and(within).and(of_roles)));
    }
    right
}

/// What the person did. A token may leave organisations out, so with one only deeds for those it reaches count.
fn done_by(principal: &Principal) -> Condition {
    let own = journal::actor.eq(principal.person.to_string());
    if principal.token.is_none() {
        return Box::new(own);
    }
    let reached: Vec<String> = principal.organisations.keys().map(ToString::to_string).collect();
    let concerned = journal::concerning.assume_not_null().eq_any(reached.clone());
    let provided = journal::provided_by.assume_not_null().eq_any(reached);
    Box::new(
        own.and(journal::concerning.is_null().or(journal::concerning.is_not_null().and(concerned)))
            .and(journal::provided_by.is_null().or(journal::provided_by.is_not_null().and(provided))),
    )
}

/// Which entries are wanted, and from where on.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only what happened to this.
    pub subject: Option<String>,
    /// Only what this person did, or `service`.
    pub actor: Option<String>,
    /// Only this data space.
    pub space: Option<Slug>,
    /// Only from this instant on.
    pub since: Option<Timestamp>,
    /// Only before this instant.
    pub until: Option<Timestamp>,
}

/// The entry at a position, if the caller may know of it.
pub(in crate::journal) fn visible_entry(
    conn: &mut Conn,
    ctx: &Ctx,
    position: i64,
) -> Result<Option<Recorded>> {
    let found = journal::table
        .filter(journal::position.eq(position))
        .filter(visible_to(ctx))
        .select(Recorded::as_select())
        .first(conn);
    Ok(found.optional()?)
}

/// Entries that the caller may know of: before a position, newest first, or from one on, oldest first.
pub(in crate::journal) fn visible_entries(
    conn: &mut Conn,
    ctx: &Ctx,
    filters: &Filters,
    begin: Begin,
    limit: i64,
) -> Result<Vec<Recorded>> {
    let mut query =
        journal::table.filter(visible_to(ctx)).select(Recorded::as_select()).limit(limit).into_boxed();
    if let Some(kind) = &filters.kind {
        query = query.filter(journal::kind.eq(kind.clone()));
    }
    if let Some(subject) = &filters.subject {
        query = query.filter(journal::subject.eq(subject.clone()));
    }
    if let Some(actor) = &filters.actor {
        query = query.filter(journal::actor.eq(actor.clone()));
    }
    if let Some(space) = &filters.space {
        query = query.filter(journal::space.assume_not_null().eq(space.to_string()));
    }
    if let Some(since) = filters.since {
        query = query.filter(journal::at.ge(since));
    }
    if let Some(until) = filters.until {
        query = query.filter(journal::at.lt(until));
    }
    Ok(match begin {
        Begin::Before(position) => {
            query.filter(journal::position.lt(position)).order(journal::position.desc()).load(conn)?
        }
        Begin::At(position) => {
            query.filter(journal::position.ge(position)).order(journal::position).load(conn)?
        }
    })
}

/// Where a list begins, and which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Before this position, newest first.
    Before(i64),
    /// From this position on, oldest first.
    At(i64),
}

/// The entries of these kinds about these things, oldest first, from a position on, whoever asks: for callers whose right
/// was looked at elsewhere.
pub(in crate::journal) fn entries_about(
    conn: &mut Conn,
    subjects: &[String],
    kinds: &[&'static str],
    from: i64,
    limit: i64,
) -> Result<Vec<Recorded>> {
    Ok(journal::table
        .filter(journal::subject.eq_any(subjects.to_vec()))
        .filter(journal::kind.eq_any(kinds.to_vec()))
        .filter(journal::position.ge(from))
        .order(journal::position)
        .limit(limit)
        .select(Recorded::as_select())
        .load(conn)?)
}

/// The newest entry of these kinds about each of these things, with the thing, whoever asks: for callers whose right was looked at
/// elsewhere.
///
/// # Errors
/// When the database fails.
pub fn newest_about(
    conn: &mut Conn,
    subjects: &[String],
    kinds: &[&'static str],
) -> Result<Vec<(String, Recorded)>> {
    let newest: Vec<Option<i64>> = journal::table
        .filter(journal::subject.eq_any(subjects.to_vec()))
        .filter(journal::kind.eq_any(kinds.to_vec()))
        .group_by(journal::subject)
        .select(max(journal::position))
        .load(conn)?;
    let newest: Vec<i64> = newest.into_iter().flatten().collect();
    Ok(journal::table
        .filter(journal::position.eq_any(newest))
        .select((journal::subject, Recorded::as_select()))
        .load(conn)?)
}
