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
-- What one town could learn of another from the server's own views and functions: who is connected,
-- what is locked, how large a table is, how far the log has come, who loads just now. By pattern, so
-- that a newer server's additions are closed too.
DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'v'
      AND (c.relname ~ '^pg_stat' OR c.relname IN ('pg_locks', 'pg_roles', 'pg_user', 'pg_group', 'pg_shadow', 'pg_prepared_xacts', 'pg_replication_origin_status', 'pg_replication_slots', 'pg_shmem_allocations', 'pg_backend_memory_contexts')) LOOP
    EXECUTE format('REVOKE ALL ON pg_catalog.%I FROM PUBLIC', r.relname);
  END LOOP;
END $$
--;
DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
      AND p.proname ~ '^(pg_stat_get_|pg_stat_have_|pg_ls_|pg_lock_status|pg_blocking_pids|pg_safe_snapshot_blocking_pids|pg_prepared_xact$|pg_current_wal_|pg_last_wal_|pg_(relation|table|indexes|total_relation|database|tablespace)_size$|lo_|loread$|lowrite$|pg_notify$|pg_(try_)?advisory_|pg_get_replication_slots$|pg_isolation_test_session_is_blocked$|pg_export_snapshot$|pg_show_replication_origin_status$|pg_hba_file_rules$|pg_last_committed_xact$|pg_xact_commit_timestamp)' LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
  END LOOP;
END $$
--;
REVOKE SELECT ON pg_catalog.pg_largeobject_metadata FROM PUBLIC
--;
-- The hub takes the locks of a town on its behalf; a town itself can neither take nor try another's.
GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(bigint), pg_catalog.pg_advisory_xact_lock(integer, integer) TO {p}_hub
--;
GRANT SELECT ON pg_catalog.pg_roles TO {p}_adm
