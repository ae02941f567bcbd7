//! Registering, changing and removing sources.

use super::model::{Kept, NewSource, Source, SourceState};
use super::{runs, store};
use crate::db::{Conn, Db};
use crate::identity::find_organisation;
use crate::journal::{Event, append};
use crate::kernel::{Ctx, Cursor, Error, OrganisationRole, Page, PageRequest, Result, Scope, Slug, SourceId};
use crate::spaces::{find_space, require_steward};

/// The most sources of a space.
const MOST: i64 = 500;

/// The source, for those who may know of it: who holds a role in its space, administrators and auditors.
pub(super) fn seen_source(conn: &mut Conn, ctx: &Ctx, space: &Slug, id: &SourceId) -> Result<Source> {
    may_see(ctx, space)?;
    store::find_source(conn, Some(space), id)?.ok_or_else(|| Error::not_found("source"))
}

fn may_see(ctx: &Ctx, space: &Slug) -> Result<()> {
    let principal = ctx.require(Scope::Read)?;
    let holds = principal.space_roles.contains_key(space) && principal.reaches(space);
    if principal.admin || principal.auditor || holds {
        Ok(())
    } else {
        Err(Error::not_found("list of sources"))
    }
}

/// Sources of a space, in the order of their registration.
///
/// # Errors
/// 401; 404 to those who hold no role in the space.
pub(super) async fn list_sources(db: &Db, ctx: &Ctx, space: Slug, page: PageRequest) -> Result<Page<Source>> {
    may_see(ctx, &space)?;
    db.read(move |conn| {
        find_space(conn, &space)?;
        let after = page.after.as_ref().map(Cursor::parts::<1>).transpose()?.map(|[id]| id.as_str());
        let found = store::list_sources(conn, &space, &page, after)?;
        Ok(page.page(found, |source| Cursor::new([source.id.to_string()])))
    })
    .await
}

/// One source.
///
/// # Errors
/// 401; 404.
pub(super) async fn show_source(db: &Db, ctx: &Ctx, space: Slug, id: SourceId) -> Result<Source> {
    let ctx = ctx.clone();
    db.read(move |conn| seen_source(conn, &ctx, &space, &id)).await
}

/// The caller, who must run the space and publish for the organisation, or run the instance.
fn may_list_under(ctx: &Ctx, space: &Slug, organisation: &Slug) -> Result<()> {
    let principal = require_steward(ctx, space)?;
    if principal.admin || principal.organisation(organisation, OrganisationRole::Publisher).is_some() {
        return Ok(());
    }
    Err(Error::forbidden(
        "publisher_required",
        format!("records are listed under `{organisation}`, of which you are no publisher"),
    ))
}

/// Registers a source. It is harvested at once where it has a rhythm.
///
/// # Errors
/// 401; 403 unless a steward who publishes for the organisation, or an administrator, asks; 404; 409 `too_many_sources`; 422.
pub(super) async fn register_source(db: &Db, ctx: &Ctx, space: Slug, new: NewSource) -> Result<Source> {
    may_list_under(ctx, &space, &new.organisation)?;
    new.check()?;
    let person = ctx.require(Scope::Admin)?.person.to_string();
    let at = ctx.clone();
    db.write("register_source", move |tx| {
        tx.once(&at, |tx| {
            find_space(tx, &space)?;
            let organisation = find_organisation(tx, &new.organisation)?;
            if store::count_sources(tx, &space)? >= MOST {
                return Err(Error::conflict(
                    "too_many_sources",
                    format!("a space has {MOST} sources at most"),
                ));
            }
            let source = Source {
                id: SourceId::generate(),
                hosts: new.all_hosts(),
                space,
                organisation: organisation.slug,
                organisation_id: organisation.id,
                kind: new.kind,
                url: new.url,
                every_hours: new.every_hours,
                threshold: new.threshold,
                deadline_minutes: new.deadline_minutes,
                most_records: new.most_records,
                state: SourceState::Idle,
                run: None,
                next_run_at: new.every_hours.map(|_| at.now),
                revision: 1,
                created_at: at.now,
                updated_at: at.now,
                trust_policy: new.trust_policy,
                checkpoint: None,
                kept: Kept::default(),
                created_by: person,
            };
            store::insert_source(tx, &source)?;
            append(tx, &at, event("source.registered", &source))?;
            Ok(source)
        })
    })
    .await
}

/// An event of a source. Where it is harvested from may be confidential, and goes into the payload.
pub(super) fn event(kind: &'static str, source: &Source) -> Event {
    let event = Event::new(kind, &source.id)
        .in_space(&source.space)
        .provided_by(&source.organisation_id)
        .fact("kind", source.kind.as_str());
    if kind == "source.harvested" {
        return event;
    }
    event
        .fact("revision", source.revision)
        .payload(serde_json::json!({"url": source.url, "hosts": source.hosts}))
}

/// Changes what is stated of a source. With another address the next run reads everything anew, and the log there is another one;
/// with another trust policy, what was seen of the log before says nothing any more.
///
/// # Errors
/// 401, 403, 404; 409 `removing`; 412; 422 also for another kind or organisation.
pub(super) async fn change_source(
    db: &Db,
    ctx: &Ctx,
    (space, id): (Slug, SourceId),
    new: NewSource,
    fits: impl FnOnce(i64) -> Result<()> + Send + 'static,
) -> Result<Source> {
    require_steward(ctx, &space)?;
    new.check()?;
    let at = ctx.clone();
    db.write("change_source", move |tx| {
        let before = changeable(tx, &at, &space, &id)?;
        fits(before.revision)?;
        for (pointer, same) in
            [("/kind", new.kind == before.kind), ("/organisation", new.organisation == before.organisation)]
        {
            if !same {
                return Err(Error::invalid(
                    pointer,
                    "immutable",
                    "cannot be changed; register another source",
                ));
            }
        }
        let same_place = new.url == before.url;
        if !same_place && before.state != SourceState::Idle {
            return Err(Error::conflict("running", "it is being harvested; wait for the run to end"));
        }
        let next_run_at = match (new.every_hours, before.next_run_at) {
            (Some(_), next) if new.every_hours == before.every_hours => next,
            (Some(_), _) => Some(at.now),
            (None, _) => None,
        };
        let known = before.trust_policy.clone().filter(|_| same_place);
        let trust_policy = new.trust_policy.clone().or(known);
        let same_log = same_place && trust_policy == before.trust_policy;
        let source = Source {
            hosts: new.all_hosts(),
            url: new.url,
            trust_policy,
            checkpoint: before.checkpoint.clone().filter(|_| same_log),
            every_hours: new.every_hours,
            threshold: new.threshold,
            deadline_minutes: new.deadline_minutes,
            most_records: new.most_records,
            next_run_at,
            revision: before.revision + 1,
            updated_at: at.now,
            kept: if same_place { before.kept.clone() } else { Kept::default() },
            ..before
        };
        store::update_source(tx, &source)?;
        append(tx, &at, event("source.changed", &source))?;
        Ok(source)
    })
    .await
}

/// The source, for one who may change it.
pub(super) fn changeable(conn: &mut Conn, ctx: &Ctx, space: &Slug, id: &SourceId) -> Result<Source> {
    let source = seen_source(conn, ctx, space, id)?;
    may_list_under(ctx, space, &source.organisation)?;
    if source.state == SourceState::Removing {
        return Err(Error::conflict("removing", "the source is being removed"));
    }
    Ok(source)
}

/// Removes a source with everything that was harvested from it, in the background.
///
/// # Errors
/// 401, 403, 404; 409 `removing`; 412.
pub(super) async fn remove_source(
    db: &Db,
    ctx: &Ctx,
    (space, id): (Slug, SourceId),
    fits: impl FnOnce(i64) -> Result<()> + Send + 'static,
) -> Result<Source> {
    require_steward(ctx, &space)?;
    let at = ctx.clone();
    db.write("remove_source", move |tx| {
        let before = changeable(tx, &at, &space, &id)?;
        fits(before.revision)?;
        let source = runs::begin_removal(tx, &at, before)?;
        append(tx, &at, event("source.removed", &source))?;
        Ok(source)
    })
    .await
}
