//! The server's own views and functions: what a town could learn from them about others.

use testkit::Sql;

use super::{Findings, run_checks};

const CHECKS: &[(&str, &str)] = &[
    (
        "is readable by towns",
        r"SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
         AND (c.relname ~ '^pg_stat(s$|s_|_|io_|istic$|istic_ext_data$)' OR c.relname IN ('pg_locks', 'pg_roles', 'pg_user', 'pg_group', 'pg_shadow', 'pg_authid', 'pg_prepared_xacts',
           'pg_largeobject', 'pg_largeobject_metadata', 'pg_replication_slots', 'pg_shmem_allocations', 'pg_backend_memory_contexts',
           'pg_file_settings', 'pg_hba_file_rules', 'pg_ident_file_mappings', 'pg_config', 'pg_user_mapping', 'pg_subscription'))
         AND has_table_privilege('tst0_town', c.oid, 'SELECT')",
    ),
    (
        "is executable by towns",
        r"SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
         AND has_function_privilege('tst0_town', p.oid, 'EXECUTE')
         AND (p.proname ~ '^(pg_stat_get_|pg_stat_have_|pg_ls_|pg_read_(binary_)?file$|pg_(try_)?advisory|lo_|pg_current_wal|pg_last_wal|pg_notify$|pg_prepared_xact$|pg_get_replication|pg_show_repl|pg_hba|pg_promote|pg_reload|pg_switch|pg_export)'
           OR p.proname IN ('loread', 'lowrite', 'pg_lock_status', 'pg_blocking_pids', 'pg_safe_snapshot_blocking_pids', 'pg_relation_size',
             'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size', 'pg_tablespace_size',
             'pg_isolation_test_session_is_blocked', 'pg_last_committed_xact', 'pg_xact_commit_timestamp', 'pg_xact_commit_timestamp_origin'))",
    ),
    (
        "is an extension that towns could use",
        "SELECT extname::text FROM pg_extension WHERE extname <> 'plpgsql'",
    ),
    (
        "is a language beside the server's own",
        "SELECT lanname::text FROM pg_language WHERE lanname NOT IN ('internal', 'c', 'sql', 'plpgsql')",
    ),
];

/// What towns can read of the server itself. Functions that check the caller's role themselves
/// (replication, files, other sessions) are tried in `arbitrary_sql`.
pub async fn findings(sql: &Sql) -> Findings {
    run_checks(sql, CHECKS).await
}
