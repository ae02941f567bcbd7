//! Sources from which records are harvested, and what became of each record.

diesel::table! {
    sources (id) {
        id -> Text,
        space -> Text,
        organisation_id -> Text,
        organisation_slug -> Text,
        kind -> Text,
        url -> Text,
        hosts -> Text,
        every_hours -> Nullable<BigInt>,
        threshold -> BigInt,
        deadline_minutes -> BigInt,
        most_records -> BigInt,
        state -> Text,
        run_id -> Nullable<Text>,
        next_run_at -> Nullable<BigInt>,
        etag -> Nullable<Text>,
        last_modified -> Nullable<Text>,
        continuation -> Nullable<Text>,
        trust_policy -> Nullable<Text>,
        checkpoint -> Nullable<Text>,
        revision -> BigInt,
        created_by -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    source_runs (id) {
        id -> Text,
        source_id -> Text,
        state -> Text,
        complete -> Bool,
        confirmed -> Bool,
        position -> Text,
        known -> BigInt,
        pages -> BigInt,
        bytes -> BigInt,
        created -> BigInt,
        updated -> BigInt,
        unchanged -> BigInt,
        deleted -> BigInt,
        failed -> BigInt,
        skipped -> BigInt,
        reason -> Nullable<Text>,
        begun_at -> BigInt,
        deadline_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    source_pages (run_id, address) {
        run_id -> Text,
        address -> Binary,
    }
}

diesel::table! {
    source_records (source_id, identifier) {
        source_id -> Text,
        identifier -> Text,
        dataset_id -> Nullable<Text>,
        digest -> Nullable<Binary>,
        outcome -> Text,
        detail -> Nullable<Text>,
        leaving -> Bool,
        run_id -> Text,
        seen_at -> BigInt,
    }
}
