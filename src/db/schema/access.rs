//! Requests, grants, evaluations, agreements, and the account of deliveries.

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
