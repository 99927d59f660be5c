//! What every column may hold, in one table (design §5). A test holds it against the live catalog, both
//! ways: a column that is not here has no class, and then it must not be there.

/// How much a column says to whoever reads the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnClass {
    /// Readable: ids, towns, pseudonyms, categories, sources, times of recording, key ids, counts,
    /// configuration, public keys and digests of what is not a resident's.
    Plain,
    /// A keyed index or hash: compared, never read.
    Blind,
    /// Ciphertext: everything that says something about someone, and wrapped keys.
    Sealed,
}

/// The columns of one table by class.
#[derive(Debug, Clone, Copy)]
pub struct TableClasses {
    /// `schema.table`.
    pub table: &'static str,
    /// Readable columns.
    pub plain: &'static [&'static str],
    /// Keyed look-ups.
    pub blind: &'static [&'static str],
    /// Ciphertext.
    pub sealed: &'static [&'static str],
}

const NONE: &[&str] = &[];

const fn table(
    table: &'static str,
    plain: &'static [&'static str],
    blind: &'static [&'static str],
    sealed: &'static [&'static str],
) -> TableClasses {
    TableClasses { table, plain, blind, sealed }
}

/// Every table of the schemas `town`, `coop` and `hub`.
pub const TABLES: &[TableClasses] = &[
    table("town.version", &["town_id", "auth", "people", "protection"], NONE, NONE),
    table(
        "town.profile",
        &["town_id", "profile_id", "digest", "bundle", "applied_at", "applied_by"],
        NONE,
        NONE,
    ),
    table(
        "town.profile_plan",
        &[
            "town_id",
            "plan_id",
            "base_profile_id",
            "digest",
            "bundle",
            "created_at",
            "created_by",
            "applied_at",
        ],
        NONE,
        NONE,
    ),
    table("town.keystore", &["town_id", "subject_id", "epoch"], NONE, &["keyset"]),
    table("town.roster", &["town_id", "chunk", "people"], NONE, &["body"]),
    table(
        "town.staff",
        &["town_id", "staff_id", "created_at", "kind", "left_at"],
        &["number_index"],
        &["name", "number"],
    ),
    table(
        "town.posting",
        &[
            "town_id",
            "posting_id",
            "staff_id",
            "section",
            "grants",
            "starts_on",
            "ends_on",
            "created_at",
            "ended_at",
        ],
        NONE,
        NONE,
    ),
    table(
        "town.credential",
        &["town_id", "staff_id", "password_set_at", "code_expires_at"],
        &["code_hash"],
        &["password"],
    ),
    table(
        "town.denial",
        &["town_id", "denial_id", "staff_id", "person_id", "created_at", "ended_at"],
        NONE,
        &["body"],
    ),
    table("town.sign_in_failure", &["town_id", "failures", "last_at"], &["number_index"], NONE),
    table(
        "town.token",
        &[
            "town_id",
            "token_id",
            "staff_id",
            "grants",
            "created_at",
            "expires_at",
            "revoked_at",
            "kind",
            "renewable_until",
        ],
        &["secret_hash"],
        NONE,
    ),
    table(
        "town.operation",
        &[
            "town_id",
            "operation_id",
            "kind",
            "state",
            "done",
            "total",
            "target_id",
            "fault_code",
            "created_at",
            "updated_at",
        ],
        NONE,
        NONE,
    ),
    table(
        "town.access",
        &["town_id", "access_id", "person_id", "staff_id", "purpose", "operation", "at"],
        NONE,
        NONE,
    ),
    table(
        "town.upload",
        &[
            "town_id",
            "upload_id",
            "source",
            "as_of",
            "state",
            "size",
            "epoch",
            "created_by",
            "created_at",
            "in_parts",
        ],
        &["file_index"],
        &["load_key", "file_name"],
    ),
    table("town.upload_chunk", &["town_id", "upload_id", "seq"], NONE, &["body"]),
    table(
        "town.load",
        &[
            "town_id",
            "load_id",
            "upload_id",
            "source",
            "as_of",
            "layout_digest",
            "state",
            "rows_read",
            "rows_loaded",
            "rows_unchanged",
            "rows_rejected",
            "rows_closed",
            "rows_queued",
            "reject_counts",
            "started_by",
            "started_at",
            "finished_at",
            "plan_id",
            "overridden",
            "recorded_at",
            "rolled_back_at",
            "rolled_back_by",
            "corrects",
            "settles",
        ],
        &["file_index"],
        &["fault", "override_reason", "rollback_reason"],
    ),
    table(
        "town.load_plan",
        &[
            "town_id",
            "plan_id",
            "upload_id",
            "source",
            "as_of",
            "layout_digest",
            "profile_id",
            "base_load_id",
            "same_load_id",
            "state",
            "outcome",
            "created_by",
            "created_at",
            "finished_at",
            "applied_at",
            "load_id",
        ],
        NONE,
        &["fault"],
    ),
    table(
        "town.reject",
        &["town_id", "load_id", "reject_id", "line", "codes", "state", "settled_by"],
        &["record_key"],
        &["detail"],
    ),
    // Counts name columns of the town's configuration and say how many cells were what; whatever stood in one is
    // among the findings.
    table(
        "town.load_quality",
        &["town_id", "load_id", "counts", "signed_by", "signed_at"],
        NONE,
        &["findings", "remark"],
    ),
    table("town.person", &["town_id", "person_id", "created_at"], NONE, NONE),
    table(
        "town.identifier",
        &["town_id", "person_id", "recorded_from", "recorded_to", "source"],
        &["number_index", "record_key"],
        NONE,
    ),
    table("town.household", &["town_id", "household_id", "created_at"], &["number_index"], NONE),
    table(
        "town.membership",
        &["town_id", "household_id", "person_id", "load_id", "recorded_from", "recorded_to"],
        NONE,
        NONE,
    ),
    table(
        "town.pack",
        &[
            "town_id",
            "subject_id",
            "category",
            "pack_id",
            "source",
            "load_id",
            "line",
            "recorded_from",
            "recorded_to",
        ],
        &["record_key", "row_hash"],
        &["body", "whereabouts"],
    ),
    table(
        "town.link_task",
        &[
            "town_id",
            "link_task_id",
            "load_id",
            "upload_id",
            "source",
            "line",
            "state",
            "person_id",
            "created_at",
            "decided_by",
            "decided_at",
            "reason_upload_id",
        ],
        &["part", "record_key", "row_hash"],
        &["body", "reason"],
    ),
    table(
        "town.link_task_before",
        &["town_id", "load_id", "link_task_id", "was_load_id", "upload_id", "line", "state", "decided_at"],
        &["row_hash"],
        &["body"],
    ),
    table(
        "town.run",
        &[
            "town_id",
            "run_id",
            "rulebook",
            "release",
            "overlay",
            "as_of",
            "known_at",
            "state",
            "counts",
            "started_by",
            "finished_at",
        ],
        NONE,
        NONE,
    ),
    table("town.score", &["town_id", "run_id", "person_id"], NONE, &["body"]),
    table(
        "town.consent",
        &["town_id", "consent_id", "person_id", "version", "created_at", "updated_at"],
        NONE,
        &["body"],
    ),
    table(
        "town.entry",
        &["town_id", "entry_id", "version", "person_id", "category", "run_id", "written_by", "written_at"],
        NONE,
        &["body"],
    ),
    table(
        "town.handover",
        &[
            "town_id",
            "handover_id",
            "direction",
            "peer",
            "state",
            "version",
            "epoch",
            "drafted_by",
            "approved_by",
            "created_at",
            "updated_at",
        ],
        NONE,
        &["handover_key", "body"],
    ),
    table(
        "town.handover_item",
        &["town_id", "handover_id", "item_id", "person_id", "category", "decision", "refusal"],
        NONE,
        &["body"],
    ),
    table(
        "town.task",
        &["town_id", "task_id", "kind", "handover_id", "opened_at", "done_by", "done_at"],
        NONE,
        &["completion"],
    ),
    table(
        "town.peer_key",
        &["town_id", "peer", "purpose", "public_key", "pinned_by", "confirmed_by", "pinned_at"],
        NONE,
        NONE,
    ),
    table("town.load_changed", &["town_id", "load_id", "upto", "persons"], NONE, NONE),
    table(
        "town.idempotency",
        &["town_id", "attempt", "acted", "claimed_at", "expires_at"],
        &["key_index", "request_mac"],
        &["answer"],
    ),
    table("coop.member", &["town_id", "slug", "name", "joined_at"], NONE, NONE),
    table("coop.release", &["digest", "rulebook", "version", "canonical", "released_at"], NONE, NONE),
    table(
        "coop.token",
        &["token_id", "operator_id", "created_at", "expires_at", "revoked_at"],
        &["secret_hash"],
        NONE,
    ),
    table("coop.idempotency", &["request_hash", "answer", "claimed_at", "expires_at"], &["key_index"], NONE),
    table(
        "hub.arrival",
        &["town_id", "load_id", "source", "as_of", "arrived_on", "state", "size_class"],
        NONE,
        NONE,
    ),
    table("hub.chain", &["town_id", "n", "head"], NONE, NONE),
    table("hub.leaf", &["town_id", "n", "leaf_id", "body", "hash", "head", "tree_index"], NONE, NONE),
    table("hub.checkpoint", &["size", "root", "note", "signed_at"], NONE, NONE),
    table(
        "hub.handover",
        &[
            "handover_id",
            "sender",
            "receiver",
            "kind",
            "state",
            "lead",
            "package_hash",
            "refusal",
            "receipt",
            "offered_at",
            "expires_at",
            "changed_at",
        ],
        NONE,
        &["package"],
    ),
    table("hub.town_key", &["town_id", "purpose", "public_key", "published_at"], NONE, NONE),
];

/// Columns of bytes or JSON that are readable all the same, each with the reason.
pub const PLAIN_BYTES: &[(&str, &str)] = &[
    ("town.profile.digest", "identity of a configuration"),
    ("town.profile.bundle", "configuration: no resident's data"),
    ("town.profile_plan.digest", "identity of a configuration"),
    ("town.profile_plan.bundle", "configuration: no resident's data"),
    ("town.load.layout_digest", "identity of a layout"),
    ("town.load.reject_counts", "counts by error code"),
    ("town.load.settles", "ids of rejects and lines of a file"),
    ("town.load_plan.layout_digest", "identity of a layout"),
    ("town.load_plan.outcome", "counts, error codes and guards"),
    ("town.load_quality.counts", "counts by column of the town's configuration and by error code"),
    ("town.run.release", "identity of a rulebook release"),
    ("town.run.overlay", "identity of a town's parameters"),
    ("town.run.counts", "counts by outcome"),
    ("town.peer_key.public_key", "a public key"),
    ("coop.release.digest", "identity of a release"),
    ("coop.release.canonical", "a rulebook: the same for all towns"),
    ("coop.idempotency.request_hash", "identity of an operator's request"),
    ("coop.idempotency.answer", "what an operator was told of towns and configuration"),
    ("hub.chain.head", "hash over hashes of leaves"),
    ("hub.leaf.body", "salted commitments and opaque ids"),
    ("hub.leaf.hash", "hash of a leaf"),
    ("hub.leaf.head", "hash over hashes of leaves"),
    ("hub.checkpoint.root", "root of the tree"),
    ("hub.checkpoint.note", "a signed checkpoint"),
    ("hub.handover.package_hash", "hash of ciphertext"),
    ("hub.handover.receipt", "signed ids, digests and coded decisions of items"),
    ("hub.town_key.public_key", "a public key"),
];

/// Every column with its class: `schema.table.column`.
pub fn columns() -> impl Iterator<Item = (String, ColumnClass)> {
    TABLES.iter().flat_map(|t| {
        let of = move |names: &'static [&'static str], class| {
            names.iter().map(move |name| (format!("{}.{name}", t.table), class))
        };
        of(t.plain, ColumnClass::Plain)
            .chain(of(t.blind, ColumnClass::Blind))
            .chain(of(t.sealed, ColumnClass::Sealed))
    })
}
