//! The tables, one text for both databases. `tests/migrations.rs` holds it against SQLite and PostgreSQL.

#![expect(
    missing_docs,
    reason = "the table macro writes public items without docs; the migrations describe the columns"
)]

mod log;

pub use log::{journal, journal_checkpoints, journal_head, journal_keys, journal_nodes, journal_payloads};

diesel::table! {
    idempotency_keys (key) {
        key -> Text,
        fingerprint -> Binary,
        answer -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        payload -> Text,
        run_at -> BigInt,
        attempts -> BigInt,
        leased_until -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    schedules (kind) {
        kind -> Text,
        last_run_at -> BigInt,
    }
}

diesel::table! {
    organisations (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        kind -> Text,
        country -> Text,
        sector -> Nullable<Text>,
        contact -> Nullable<Text>,
        quota_bytes -> BigInt,
        max_file_bytes -> BigInt,
        revision -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    people (id) {
        id -> Text,
        login -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        admin -> Bool,
        auditor -> Bool,
        disabled -> Bool,
        revision -> BigInt,
        created_at -> BigInt,
        environment -> Nullable<Text>,
    }
}

diesel::table! {
    memberships (organisation_id, person_id) {
        organisation_id -> Text,
        person_id -> Text,
        role -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    space_roles (space, person_id, role) {
        space -> Text,
        person_id -> Text,
        role -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    space_members (space, organisation_id) {
        space -> Text,
        organisation_id -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    tokens (id) {
        id -> Text,
        secret_hash -> Binary,
        person_id -> Text,
        name -> Text,
        scopes -> Text,
        organisation_id -> Nullable<Text>,
        space -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        secret_hash -> Binary,
        person_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    invitations (secret_hash) {
        secret_hash -> Binary,
        person_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    caller_changes (id) {
        id -> BigInt,
        number -> BigInt,
    }
}

diesel::table! {
    instance_secrets (name) {
        name -> Text,
        secret -> Binary,
    }
}

diesel::table! {
    spaces (slug) {
        slug -> Text,
        names -> Text,
        descriptions -> Text,
        charter -> Nullable<Text>,
        extension_version -> BigInt,
        revision -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    space_extensions (space, version) {
        space -> Text,
        version -> BigInt,
        schema -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    datasets (id) {
        id -> Text,
        organisation_id -> Text,
        organisation_slug -> Text,
        name -> Text,
        space -> Text,
        visibility -> Text,
        listed -> Bool,
        announced -> Bool,
        access_mode -> Nullable<Text>,
        policy_revision -> BigInt,
        record -> Text,
        extension -> Nullable<Text>,
        completeness -> BigInt,
        latest_version -> Nullable<Text>,
        revision -> BigInt,
        created_by -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    dataset_revisions (dataset_id, revision) {
        dataset_id -> Text,
        revision -> BigInt,
        record -> Text,
        edited_by -> Text,
        edited_at -> BigInt,
        position -> BigInt,
        shown -> Nullable<Text>,
    }
}

diesel::table! {
    dataset_audiences (dataset_id, organisation_id) {
        dataset_id -> Text,
        organisation_id -> Text,
    }
}

diesel::table! {
    dataset_facets (dataset_id, facet, value) {
        dataset_id -> Text,
        facet -> Text,
        value -> Text,
    }
}

diesel::table! {
    policy_revisions (dataset_id, revision) {
        dataset_id -> Text,
        revision -> BigInt,
        mode -> Text,
        offer -> Nullable<Text>,
        digest -> Binary,
        edited_by -> Text,
        edited_at -> BigInt,
    }
}

diesel::table! {
    versions (id) {
        id -> Text,
        dataset_id -> Text,
        number -> Text,
        state -> Text,
        notes -> Nullable<Text>,
        manifest_digest -> Nullable<Binary>,
        file_count -> BigInt,
        total_bytes -> BigInt,
        withdrawal_reason -> Nullable<Text>,
        successor -> Nullable<Text>,
        revision -> BigInt,
        created_by -> Text,
        created_at -> BigInt,
        published_at -> Nullable<BigInt>,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    blobs (sha256) {
        sha256 -> Binary,
        size -> BigInt,
        key -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    organisation_blobs (organisation_id, sha256) {
        organisation_id -> Text,
        sha256 -> Binary,
        size -> BigInt,
    }
}

diesel::table! {
    organisation_usage (organisation_id) {
        organisation_id -> Text,
        bytes -> BigInt,
    }
}

diesel::table! {
    files (version_id, path) {
        version_id -> Text,
        path -> Text,
        case_key -> Text,
        size -> Nullable<BigInt>,
        sha256 -> Nullable<Binary>,
        media_type -> Text,
        sample -> Bool,
        held -> Bool,
        reference -> Nullable<Text>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    manifests (version_id) {
        version_id -> Text,
        body -> Text,
    }
}

diesel::table! {
    replicas (id) {
        id -> Text,
        version_id -> Text,
        site -> Text,
        path -> Text,
        verified_by -> Text,
        verified_at -> BigInt,
    }
}

diesel::table! {
    reference_checks (version_id, path) {
        version_id -> Text,
        path -> Text,
        outcome -> Text,
        detail -> Text,
        checked_at -> BigInt,
    }
}

diesel::table! {
    requests (id) {
        id -> Text,
        dataset_id -> Text,
        dataset -> Text,
        space -> Text,
        provider_id -> Text,
        organisation_id -> Text,
        organisation -> Text,
        applicant -> Text,
        state -> Text,
        purpose -> Text,
        body -> Text,
        policy_revision -> BigInt,
        verdict -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        remark -> Nullable<Text>,
        grant_id -> Nullable<Text>,
        revision -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        evaluation -> Nullable<Binary>,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        request_id -> Text,
        dataset_id -> Text,
        dataset -> Text,
        space -> Text,
        provider_id -> Text,
        organisation_id -> Text,
        organisation -> Text,
        purpose -> Text,
        versions -> Nullable<Text>,
        conditions -> Nullable<Text>,
        policy_revision -> BigInt,
        state -> Text,
        ended_by -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        starts_at -> BigInt,
        ends_at -> BigInt,
        revision -> BigInt,
        created_at -> BigInt,
        basis -> Nullable<Text>,
        suspended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    policy_evaluations (digest) {
        digest -> Binary,
        dataset_id -> Text,
        request_id -> Nullable<Text>,
        grant_id -> Nullable<Text>,
        policy_revision -> BigInt,
        at -> BigInt,
        body -> Text,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Text,
        at -> BigInt,
        person_id -> Nullable<Text>,
        organisation_id -> Nullable<Text>,
        grant_id -> Nullable<Text>,
        dataset_id -> Text,
        version_id -> Text,
        path -> Text,
        bytes -> BigInt,
        way -> Text,
        model -> Nullable<Text>,
        run -> Nullable<Text>,
        seal -> Nullable<BigInt>,
        seal_index -> Nullable<BigInt>,
        evaluation -> Nullable<Binary>,
    }
}

diesel::table! {
    agreements (grant_id) {
        grant_id -> Text,
        digest -> Binary,
        document -> Text,
        accepted_by -> Text,
        accepted_at -> BigInt,
    }
}

diesel::table! {
    delivery_cuts (delivery_id) {
        delivery_id -> Text,
        bytes -> BigInt,
        at -> BigInt,
        seal -> Nullable<BigInt>,
        seal_index -> Nullable<BigInt>,
    }
}

diesel::table! {
    grant_usage (grant_id, version_id, path) {
        grant_id -> Text,
        version_id -> Text,
        path -> Text,
        bytes -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query! {
    journal, journal_payloads, journal_head, journal_nodes, journal_keys, journal_checkpoints, idempotency_keys, jobs, schedules, organisations, people,
    memberships, space_roles, space_members, tokens, sessions, invitations, caller_changes,
    instance_secrets, spaces, space_extensions, datasets, dataset_revisions, dataset_audiences,
    dataset_facets, policy_revisions, versions, blobs, organisation_blobs, organisation_usage, files,
    manifests, replicas, reference_checks, requests, grants, policy_evaluations, agreements, deliveries, delivery_cuts, grant_usage,
}
