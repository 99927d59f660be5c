-- A load that was rolled back has not arrived: whoever waits for the source waits on.
-- role: hub

CREATE FUNCTION hub.take_back_arrival(p_town text, p_load uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  UPDATE hub.arrival SET state = 'refused' WHERE town_id = p_town AND load_id = p_load;
END $$
--;
REVOKE EXECUTE ON FUNCTION hub.take_back_arrival(text, uuid) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION hub.take_back_arrival(text, uuid) TO {p}_town
