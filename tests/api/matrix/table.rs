//! The matrix itself: what each caller gets from each operation on a public dataset in the access mode `review`.

/// The callers, in the order of the columns.
const CALLERS: [&str; 12] = [
    "anonymous",
    "stranger",
    "expired",
    "wrong_scope",
    "trainer",
    "other_provider",
    "provider",
    "reviewer_elsewhere",
    "reviewer",
    "steward",
    "admin",
    "removed",
];

/// One operation.
pub struct Row {
    /// Its id in the contract.
    pub operation: &'static str,
    /// The scope that the token of `wrong_scope` lacks, which is the provider's otherwise; `-` when the operation
    /// asks for none.
    pub scope: &'static str,
    statuses: [u16; 12],
}

impl Row {
    /// What each caller gets.
    pub fn expected(&self) -> Vec<(&'static str, u16)> {
        CALLERS.into_iter().zip(self.statuses).collect()
    }

    /// Whether the operation is on a dataset, or on what hangs on one.
    pub fn names_a_dataset(&self) -> bool {
        DATASET_OPERATIONS.contains(&self.operation)
    }

    /// The same when the dataset is hidden: who may not know of it gets 404, or is told to sign in or to bring the
    /// scope first where that is asked of everybody.
    pub fn expected_of_a_hidden_dataset(&self) -> Vec<(&'static str, u16)> {
        let hidden = |(caller, status): (&'static str, u16)| match caller {
            "anonymous" if !self.is_for_everybody() => (caller, 401),
            _ if self.uninformed().contains(&caller) => (caller, 404),
            _ => (caller, status),
        };
        self.expected().into_iter().map(hidden).collect()
    }

    /// Those who may not know of a dataset that is shown to the trainer's organisation alone. A token of the provider
    /// without the scope `read` is one of them, unless the operation refuses it for the lack of a scope whatever it
    /// names.
    pub fn uninformed(&self) -> Vec<&'static str> {
        let mut uninformed = vec!["anonymous", "stranger", "other_provider", "reviewer_elsewhere", "removed"];
        uninformed.extend(self.is_for_everybody().then_some("wrong_scope"));
        uninformed
    }

    /// Whether the operation asks for no credential where a dataset is public and open.
    fn is_for_everybody(&self) -> bool {
        self.scope == "-" || matches!(self.operation, "get_file" | "create_download_plan")
    }
}

const fn row(operation: &'static str, scope: &'static str, statuses: [u16; 12]) -> Row {
    Row { operation, scope, statuses }
}

/// Every operation, in the order of the contract's domains.
#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    //                                         anon str  exp  scop trai othe prov rels revi stew admi remo
    row("get_contract",            "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_docs",                "-",       [308, 308, 401, 308, 308, 308, 308, 308, 308, 308, 308, 308]),
    row("get_docs_file",           "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),

    row("get_me",                  "-",       [401, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("create_session",          "-",       [201, 201, 401, 201, 201, 201, 201, 201, 201, 201, 201, 201]),
    row("redeem_code",             "-",       [201, 201, 401, 201, 201, 201, 201, 201, 201, 201, 201, 201]),
    row("delete_session",          "-",       [204, 204, 401, 204, 204, 204, 204, 204, 204, 204, 204, 204]),
    row("list_tokens",             "-",       [401, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("create_token",            "publish", [401, 201, 401, 403, 201, 201, 201, 201, 201, 201, 201, 201]),
    row("revoke_token",            "-",       [401, 404, 401, 403, 404, 404, 204, 404, 404, 404, 404, 404]),
    row("list_people",             "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 200, 403]),
    row("create_person",           "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 201, 403]),
    row("get_person",              "-",       [401, 404, 401, 200, 404, 404, 200, 404, 404, 404, 200, 404]),
    row("update_person",           "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 200, 403]),
    row("issue_code",              "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 201, 403]),
    row("list_organisations",      "read",    [401, 200, 401, 403, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("create_organisation",     "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 201, 403]),
    row("get_organisation",        "read",    [401, 200, 401, 403, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("update_organisation",     "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 200, 403]),
    row("list_members",            "read",    [401, 404, 401, 403, 404, 404, 200, 404, 404, 404, 200, 404]),
    row("put_member",              "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 200, 403]),
    row("remove_member",           "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 204, 403]),

    row("list_spaces",             "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("create_space",            "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 201, 403]),
    row("get_space",               "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("update_space",            "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 200, 200, 403]),
    row("list_space_members",      "read",    [401, 200, 401, 403, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("put_space_member",        "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 204, 204, 403]),
    row("remove_space_member",     "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 204, 204, 403]),
    row("list_space_roles",        "read",    [401, 404, 401, 403, 404, 404, 404, 404, 200, 200, 200, 404]),
    row("put_space_role",          "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 204, 204, 403]),
    row("remove_space_role",       "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 204, 204, 403]),
    row("get_extension",           "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_sources",            "read",    [401, 404, 401, 403, 404, 404, 404, 404, 200, 200, 200, 404]),
    row("create_source",           "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 201, 403]),
    row("get_source",              "read",    [401, 404, 401, 403, 404, 404, 404, 404, 200, 200, 200, 404]),
    row("update_source",           "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 200, 403]),
    row("delete_source",           "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 202, 403]),
    row("list_source_records",     "read",    [401, 404, 401, 403, 404, 404, 404, 404, 200, 200, 200, 404]),
    row("start_source_run",        "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 202, 403]),
    row("list_source_runs",        "read",    [401, 404, 401, 403, 404, 404, 404, 404, 200, 200, 200, 404]),
    row("get_source_run",          "read",    [401, 404, 401, 403, 404, 404, 404, 404, 200, 200, 200, 404]),
    // The run that is tried on does not wait for anybody.
    row("confirm_source_run",      "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 409, 403]),
    row("discard_source_run",      "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 409, 403]),
    row("publish_extension",       "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 201, 201, 403]),

    row("list_changes",            "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_datasets",           "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("create_dataset",          "publish", [401, 403, 401, 403, 403, 403, 201, 403, 403, 403, 403, 403]),
    row("get_dataset",             "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("update_dataset",          "publish", [401, 403, 401, 403, 403, 403, 200, 403, 403, 403, 403, 403]),
    row("delete_dataset",          "publish", [401, 403, 401, 403, 403, 403, 204, 403, 403, 403, 403, 403]),
    row("list_dataset_receipts",   "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_history",            "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_history",             "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_completeness",        "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_origins",             "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_quality",             "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("create_import",           "publish", [401, 403, 401, 403, 403, 403, 201, 403, 403, 403, 403, 403]),
    row("get_policy",              "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("set_policy",              "publish", [401, 403, 401, 403, 403, 403, 200, 403, 403, 403, 403, 403]),
    row("simulate_policy",         "publish", [401, 403, 401, 403, 403, 403, 200, 403, 403, 403, 403, 403]),
    row("list_policy_revisions",   "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_templates",          "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("compose_policy",          "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("evaluate_policy",         "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_versions",           "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("create_version",          "publish", [401, 403, 401, 403, 403, 403, 201, 403, 403, 403, 403, 403]),
    row("get_version",             "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("delete_version",          "publish", [401, 403, 401, 403, 403, 403, 204, 403, 403, 403, 403, 403]),
    row("publish_version",         "publish", [401, 403, 401, 403, 403, 403, 200, 403, 403, 403, 403, 403]),
    row("withdraw_version",        "publish", [401, 403, 401, 403, 403, 403, 200, 403, 403, 403, 403, 403]),
    row("get_manifest",            "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_attestation",         "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_schemas",            "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_replicas",           "read",    [401, 200, 401, 403, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("create_replica",          "read",    [401, 403, 401, 403, 201, 403, 201, 403, 403, 403, 403, 403]),
    row("create_check",            "publish", [401, 403, 401, 403, 403, 403, 202, 403, 403, 403, 403, 403]),
    row("list_occurrences",        "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_files",              "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("offer_files",             "publish", [401, 403, 401, 403, 403, 403, 200, 403, 403, 403, 403, 403]),
    row("put_file",                "publish", [401, 403, 401, 403, 403, 403, 201, 403, 403, 403, 403, 403]),
    row("delete_file",             "publish", [401, 403, 401, 403, 403, 403, 204, 403, 403, 403, 403, 403]),
    row("get_file",                "read",    [401, 403, 401, 403, 200, 403, 200, 403, 403, 403, 403, 403]),
    row("create_download_plan",    "read",    [401, 403, 401, 403, 200, 403, 200, 403, 403, 403, 403, 403]),
    row("get_ticket",              "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),

    row("get_access",              "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_dataset_deliveries", "read",    [401, 404, 401, 403, 404, 404, 200, 404, 404, 404, 200, 404]),
    row("submit_request",          "request", [401, 403, 401, 403, 201, 403, 403, 403, 403, 403, 403, 403]),
    row("list_requests",           "read",    [401, 200, 401, 403, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_request",             "read",    [401, 404, 401, 403, 200, 404, 200, 404, 200, 200, 200, 404]),
    row("list_evaluations",        "read",    [401, 404, 401, 403, 200, 404, 200, 404, 200, 200, 200, 404]),
    row("approve_request",         "review",  [401, 404, 401, 403, 403, 404, 403, 404, 200, 403, 403, 404]),
    row("reject_request",          "review",  [401, 404, 401, 403, 403, 404, 403, 404, 200, 403, 403, 404]),
    row("return_request",          "review",  [401, 404, 401, 403, 403, 404, 403, 404, 200, 403, 403, 404]),
    row("resubmit_request",        "request", [401, 404, 401, 403, 200, 404, 403, 404, 403, 403, 403, 404]),
    row("withdraw_request",        "request", [401, 404, 401, 403, 200, 404, 403, 404, 403, 403, 403, 404]),
    row("list_grants",             "read",    [401, 200, 401, 403, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_grant",               "read",    [401, 404, 401, 403, 200, 404, 200, 404, 200, 200, 200, 404]),
    row("get_agreement",           "read",    [401, 404, 401, 403, 200, 404, 200, 404, 200, 200, 200, 404]),
    row("accept_agreement",        "request", [401, 404, 401, 403, 200, 404, 403, 404, 403, 403, 403, 404]),
    row("get_agreement_style",     "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("revoke_grant",            "publish", [401, 404, 401, 403, 403, 404, 200, 404, 200, 200, 403, 404]),
    row("suspend_grant",           "publish", [401, 404, 401, 403, 403, 404, 200, 404, 200, 200, 403, 404]),
    row("resume_grant",            "publish", [401, 404, 401, 403, 403, 404, 200, 404, 200, 200, 403, 404]),
    row("relinquish_grant",        "request", [401, 404, 401, 403, 200, 404, 403, 404, 403, 403, 403, 404]),
    row("list_grant_deliveries",   "read",    [401, 404, 401, 403, 200, 404, 200, 404, 200, 200, 200, 404]),
    row("get_delivery_proof",      "read",    [401, 404, 401, 403, 200, 404, 200, 404, 200, 200, 200, 404]),
    row("recall_grants",           "publish", [401, 403, 401, 403, 403, 403, 200, 403, 403, 200, 403, 403]),
    row("erase_person",            "admin",   [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 200, 403]),

    row("get_checkpoint",          "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_tile",                "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_entry_bundle",        "read",    [401, 403, 401, 403, 403, 403, 403, 403, 403, 403, 200, 403]),
    row("get_trust_policy",        "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("list_journal",            "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
    row("get_entry",               "-",       [404, 404, 401, 404, 200, 404, 200, 404, 200, 200, 200, 404]),
    row("get_entry_proof",         "-",       [404, 404, 401, 404, 200, 404, 200, 404, 200, 200, 200, 404]),
    row("list_receipts",           "-",       [200, 200, 401, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
];

/// The operations that the second pass repeats on a hidden dataset.
const DATASET_OPERATIONS: &[&str] = &[
    "get_dataset",
    "list_dataset_receipts",
    "update_dataset",
    "delete_dataset",
    "list_history",
    "get_history",
    "get_completeness",
    "get_origins",
    "get_quality",
    "get_policy",
    "set_policy",
    "simulate_policy",
    "list_policy_revisions",
    "recall_grants",
    "list_versions",
    "create_version",
    "get_version",
    "delete_version",
    "publish_version",
    "withdraw_version",
    "get_manifest",
    "get_attestation",
    "list_schemas",
    "list_replicas",
    "create_replica",
    "create_check",
    "list_files",
    "offer_files",
    "put_file",
    "delete_file",
    "get_file",
    "create_download_plan",
    "get_access",
    "list_dataset_deliveries",
    "submit_request",
];
