-- The lock that whoever adds or drops a town's keys holds until its transaction ends. Behind a
-- function, because a town that could take advisory locks itself could watch and stop another's loads.
-- role: hub

CREATE FUNCTION hub.lock_town(p_town text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  PERFORM pg_advisory_xact_lock(7402180, p_town::integer);
END $$
--;
REVOKE EXECUTE ON FUNCTION hub.lock_town(text) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION hub.lock_town(text) TO {p}_town
