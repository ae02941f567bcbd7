//! The tables of the journal: its rows, what is kept beside them, and the Merkle tree over them.

#![expect(missing_docs, reason = "diesel's macros write public items without docs")]

diesel::table! {
    journal (position) {
        position -> BigInt,
        kind -> Text,
        subject -> Text,
        actor -> Text,
        space -> Nullable<Text>,
        at -> BigInt,
        body -> Text,
        leaf -> Binary,
        concerning -> Nullable<Text>,
        provided_by -> Nullable<Text>,
    }
}

diesel::table! {
    journal_payloads (position) {
        position -> BigInt,
        salt -> Binary,
        payload -> Text,
    }
}

diesel::table! {
    journal_nodes (level, number) {
        level -> BigInt,
        number -> BigInt,
        root -> Binary,
    }
}

diesel::table! {
    journal_keys (number) {
        number -> BigInt,
        epoch -> BigInt,
        origin -> Text,
        vkey -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    journal_checkpoints (epoch, hour) {
        epoch -> BigInt,
        hour -> BigInt,
        size -> BigInt,
        note -> Text,
    }
}
