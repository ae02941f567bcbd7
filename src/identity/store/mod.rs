//! Rows of people, organisations, tokens, sessions and codes.

mod organisations;
mod people;
mod sessions;
mod tokens;

pub(super) use organisations::{
    insert_organisation, list_organisations, members, organisation_by_id, organisation_by_slug,
    organisations_by_ids, organisations_of, put_member, remove_member, role_in, space_roles_of, spaces_of,
    update_organisation,
};
pub(super) use people::{
    anybody, awaits_first_sign_in, erase_person, has_other_administrator, insert_person, list_people,
    password_of, person_by_id, person_by_login, set_password, update_person,
};
pub(super) use sessions::{
    delete_codes_of, delete_session, delete_sessions_of, delete_stale, insert_code, insert_session,
    live_code, live_session,
};
pub(super) use tokens::{TokenRow, insert_token, live_token, revoke_token, token_of, tokens_of};

use crate::db::text_column;
use crate::identity::model::OrganisationKind;
use crate::kernel::{OrganisationRole, SpaceRole};

text_column!(OrganisationKind, OrganisationRole, SpaceRole);
