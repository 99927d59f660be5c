-- What the watchdog must see to find a session that others wait for, which PUBLIC must not. It reads no table
-- of anybody's.
-- role: superuser

GRANT SELECT ON pg_catalog.pg_stat_activity, pg_catalog.pg_locks TO {p}_watch
--;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_get_activity(integer), pg_catalog.pg_lock_status(), pg_catalog.pg_blocking_pids(integer) TO {p}_watch
