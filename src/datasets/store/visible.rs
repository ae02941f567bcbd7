//! Who may know of a dataset, as one condition for every look-up, list and count.

use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods as _, BoxableExpression, ExpressionMethods as _, IntoSql as _, QueryDsl as _,
};

use crate::datasets::model::Visibility;
use crate::db::MultiBackend;
use crate::db::schema::{dataset_audiences, datasets};
use crate::kernel::{Ctx, OrganisationId, Principal, Scope, Slug};

pub(super) type Condition = Box<dyn BoxableExpression<datasets::table, MultiBackend, SqlType = Bool>>;

/// The condition that a dataset's row fulfils when this caller may know of it, with a credential of this scope:
///
/// * it is listed and public; or
/// * it is listed, and the caller belongs to the audience that its visibility names; or
/// * the caller belongs to its organisation, holds a role in its space (and it is listed), or runs the instance.
///
/// A token that is confined to one space adds nothing beyond it, and one without the scope adds nothing at all.
pub(super) fn visible_to(ctx: &Ctx, scope: Scope) -> Condition {
    let public: Condition =
        Box::new(datasets::listed.eq(true).and(datasets::visibility.eq(Visibility::Public)));
    let entitled = ctx.principal().filter(|principal| principal.scopes.contains(&scope));
    let Some(principal) = entitled else { return public };
    let by_right = by_right(principal);
    match &principal.only_space {
        None => Box::new(public.or(by_right)),
        Some(space) => Box::new(public.or(by_right.and(datasets::space.eq(space.clone())))),
    }
}

fn by_right(principal: &Principal) -> Condition {
    if principal.admin || principal.auditor {
        return Box::new(true.into_sql::<Bool>());
    }
    let own: Vec<OrganisationId> = principal.organisations.keys().cloned().collect();
    let roles: Vec<Slug> = principal.space_roles.keys().cloned().collect();
    let spaces: Vec<Slug> = principal.spaces.iter().cloned().collect();
    let addressed = dataset_audiences::table
        .filter(dataset_audiences::organisation_id.eq_any(own.clone()))
        .select(dataset_audiences::dataset_id);
    let as_member = datasets::visibility.eq(Visibility::Space).and(datasets::space.eq_any(spaces));
    let as_addressed = datasets::visibility.eq(Visibility::Organisations).and(datasets::id.eq_any(addressed));
    let by_role = datasets::space.eq_any(roles);
    let listed = datasets::listed.eq(true).and(as_member.or(as_addressed).or(by_role));
    Box::new(datasets::organisation_id.eq_any(own).or(listed))
}
