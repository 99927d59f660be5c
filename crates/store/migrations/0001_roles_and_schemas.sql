-- Schemas, and everything PUBLIC must not have. {p} is the installation prefix; statements are
-- divided by a line of two dashes and a semicolon, one call each.
-- role: superuser

REVOKE ALL ON SCHEMA public FROM PUBLIC
--;
CREATE SCHEMA town AUTHORIZATION {p}_owner
--;
CREATE SCHEMA coop AUTHORIZATION {p}_owner
--;
CREATE SCHEMA hub AUTHORIZATION {p}_hub
--;
CREATE SCHEMA adm AUTHORIZATION {p}_adm
--;
-- Default EXECUTE must go globally for a role: the IN SCHEMA form does nothing.
ALTER DEFAULT PRIVILEGES FOR ROLE {p}_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC
--;
ALTER DEFAULT PRIVILEGES FOR ROLE {p}_hub REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC
--;
ALTER DEFAULT PRIVILEGES FOR ROLE {p}_adm REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC
--;
ALTER DEFAULT PRIVILEGES FOR ROLE {p}_owner REVOKE USAGE ON TYPES FROM PUBLIC
--;
ALTER DEFAULT PRIVILEGES FOR ROLE {p}_hub REVOKE USAGE ON TYPES FROM PUBLIC
--;
GRANT USAGE ON SCHEMA town, coop, hub TO {p}_town
--;
GRANT USAGE ON SCHEMA coop, hub TO {p}_coop
--;
GRANT USAGE ON SCHEMA hub TO {p}_seq
--;
GRANT USAGE ON SCHEMA town, hub TO {p}_log
--;
GRANT USAGE ON SCHEMA adm TO {p}_coop
--;
GRANT USAGE ON SCHEMA town, hub TO {p}_adm
--;
-- What one town could learn of another from the server's own views: who is connected, what is
-- locked, how large a table is, how far the log has come.
REVOKE SELECT ON pg_catalog.pg_stat_activity, pg_catalog.pg_locks, pg_catalog.pg_stat_all_tables, pg_catalog.pg_stat_user_tables, pg_catalog.pg_stat_sys_tables, pg_catalog.pg_stat_xact_all_tables, pg_catalog.pg_stat_xact_user_tables, pg_catalog.pg_stat_all_indexes, pg_catalog.pg_stat_user_indexes, pg_catalog.pg_statio_all_tables, pg_catalog.pg_statio_user_tables, pg_catalog.pg_statio_all_indexes, pg_catalog.pg_statio_user_indexes, pg_catalog.pg_stat_database, pg_catalog.pg_stat_database_conflicts, pg_catalog.pg_stat_replication, pg_catalog.pg_stat_progress_copy, pg_catalog.pg_stat_progress_vacuum, pg_catalog.pg_stat_progress_create_index, pg_catalog.pg_stat_progress_analyze, pg_catalog.pg_stat_user_functions, pg_catalog.pg_stat_wal, pg_catalog.pg_stat_bgwriter, pg_catalog.pg_prepared_xacts, pg_catalog.pg_stats, pg_catalog.pg_stats_ext, pg_catalog.pg_stat_ssl, pg_catalog.pg_roles, pg_catalog.pg_user, pg_catalog.pg_group, pg_catalog.pg_shadow FROM PUBLIC
--;
REVOKE SELECT ON pg_catalog.pg_largeobject_metadata FROM PUBLIC
--;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_get_activity(integer), pg_catalog.pg_stat_get_backend_idset(), pg_catalog.pg_stat_get_backend_activity(integer), pg_catalog.pg_stat_get_backend_userid(integer), pg_catalog.pg_stat_get_backend_pid(integer), pg_catalog.pg_stat_get_backend_dbid(integer), pg_catalog.pg_stat_get_backend_start(integer), pg_catalog.pg_stat_get_backend_activity_start(integer), pg_catalog.pg_stat_get_backend_xact_start(integer), pg_catalog.pg_stat_get_backend_wait_event(integer), pg_catalog.pg_stat_get_backend_wait_event_type(integer), pg_catalog.pg_stat_get_backend_client_addr(integer), pg_catalog.pg_stat_get_backend_client_port(integer), pg_catalog.pg_lock_status(), pg_catalog.pg_blocking_pids(integer), pg_catalog.pg_safe_snapshot_blocking_pids(integer), pg_catalog.pg_prepared_xact() FROM PUBLIC
--;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_get_live_tuples(oid), pg_catalog.pg_stat_get_dead_tuples(oid), pg_catalog.pg_stat_get_tuples_inserted(oid), pg_catalog.pg_stat_get_tuples_updated(oid), pg_catalog.pg_stat_get_tuples_deleted(oid), pg_catalog.pg_stat_get_tuples_returned(oid), pg_catalog.pg_stat_get_tuples_fetched(oid), pg_catalog.pg_stat_get_numscans(oid), pg_catalog.pg_stat_get_last_analyze_time(oid), pg_catalog.pg_stat_get_last_autoanalyze_time(oid), pg_catalog.pg_stat_get_last_vacuum_time(oid), pg_catalog.pg_stat_get_last_autovacuum_time(oid), pg_catalog.pg_stat_get_mod_since_analyze(oid), pg_catalog.pg_stat_get_ins_since_vacuum(oid) FROM PUBLIC
--;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_current_wal_lsn(), pg_catalog.pg_current_wal_insert_lsn(), pg_catalog.pg_current_wal_flush_lsn(), pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn(), pg_catalog.pg_relation_size(regclass), pg_catalog.pg_relation_size(regclass, text), pg_catalog.pg_table_size(regclass), pg_catalog.pg_indexes_size(regclass), pg_catalog.pg_total_relation_size(regclass), pg_catalog.pg_database_size(name), pg_catalog.pg_database_size(oid), pg_catalog.pg_tablespace_size(name), pg_catalog.pg_tablespace_size(oid) FROM PUBLIC
--;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea), pg_catalog.lo_open(oid, integer), pg_catalog.lo_put(oid, bigint, bytea), pg_catalog.lo_get(oid), pg_catalog.lo_get(oid, bigint, integer), pg_catalog.lo_unlink(oid), pg_catalog.loread(integer, integer), pg_catalog.lowrite(integer, bytea) FROM PUBLIC
--;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_notify(text, text) FROM PUBLIC
--;
GRANT SELECT ON pg_catalog.pg_roles TO {p}_adm
