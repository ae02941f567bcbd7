//! People, organisations and the data spaces they take part in.

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
