//! Who may know of a request or a grant, as one condition for every look-up and list.

use diesel::sql_types::Bool;
use diesel::{BoolExpressionMethods as _, BoxableExpression, ExpressionMethods as _, IntoSql as _};

use crate::db::MultiBackend;
use crate::db::schema::{grants, requests};
use crate::kernel::{OrganisationId, OrganisationRole, Principal, Slug};

type Condition<Table> = Box<dyn BoxableExpression<Table, MultiBackend, SqlType = Bool>>;

/// The condition that a row fulfils when this person may know of it:
///
/// * the person belongs to the organisation that asks or holds; or
/// * holds a role in its space; or
/// * publishes for the organisation that provides the dataset; or
/// * runs the instance or audits it.
///
/// A token that is confined to one space reaches nothing beyond it.
macro_rules! seen_by {
    ($name:ident, $table:ident) => {
        pub(super) fn $name(principal: &Principal) -> Condition<$table::table> {
            if principal.admin || principal.auditor {
                return Box::new(true.into_sql::<Bool>());
            }
            let rights = Rights::of(principal);
            let right = $table::organisation_id
                .eq_any(rights.member_of)
                .or($table::space.eq_any(rights.role_in))
                .or($table::provider_id.eq_any(rights.publisher_of));
            match &principal.only_space {
                None => Box::new(right),
                Some(space) => Box::new(right.and($table::space.eq(space.clone()))),
            }
        }
    };
}

seen_by!(requests_seen_by, requests);
seen_by!(grants_seen_by, grants);

struct Rights {
    member_of: Vec<OrganisationId>,
    publisher_of: Vec<OrganisationId>,
    role_in: Vec<Slug>,
}

impl Rights {
    fn of(principal: &Principal) -> Self {
        let publisher = |id: &&OrganisationId| principal.has_role(id, OrganisationRole::Publisher);
        Self {
            member_of: principal.organisations.keys().cloned().collect(),
            publisher_of: principal.organisations.keys().filter(publisher).cloned().collect(),
            role_in: principal.space_roles.keys().cloned().collect(),
        }
    }
}
