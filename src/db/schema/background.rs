//! What runs in the background, and answers that are kept for repeated requests.

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
