//! Datasets, their versions, files and terms.

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
        position -> BigInt,
        harvested -> Nullable<Text>,
    }
}

diesel::table! {
    departures (dataset_id) {
        dataset_id -> Text,
        organisation_slug -> Text,
        name -> Text,
        space -> Text,
        position -> BigInt,
        departed_at -> BigInt,
    }
}

diesel::table! {
    moves (dataset_id, space) {
        dataset_id -> Text,
        space -> Text,
        organisation_slug -> Text,
        name -> Text,
        position -> BigInt,
        moved_at -> BigInt,
    }
}

diesel::table! {
    dumps (name) {
        name -> Text,
        kind -> Text,
        key -> Text,
        size -> BigInt,
        sha256 -> Binary,
        records -> BigInt,
        position -> BigInt,
        made_at -> BigInt,
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
    blob_schemas (sha256, media_type) {
        sha256 -> Binary,
        media_type -> Text,
        outcome -> Text,
        reason -> Nullable<Text>,
        structure -> Nullable<Text>,
        updated_at -> BigInt,
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
