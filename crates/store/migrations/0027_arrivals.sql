-- Arrivals: which source of which town came or was refused, on which day, of which size. Written by a load's
-- own transaction, read by the cooperative over all towns and by each town for itself. No resident's data.
-- role: hub

CREATE TABLE hub.arrival (
  town_id text COLLATE "C" NOT NULL,
  load_id uuid NOT NULL,
  source text NOT NULL,
  as_of date NOT NULL,
  arrived_on date NOT NULL,
  state text NOT NULL,
  size_class smallint NOT NULL,
  CONSTRAINT arrival_pk PRIMARY KEY (town_id, load_id),
  CONSTRAINT arrival_state CHECK (state IN ('arrived', 'refused'))
)
--;
CREATE INDEX arrival_day ON hub.arrival (town_id, arrived_on)
--;
CREATE FUNCTION hub.record_arrival(p_town text, p_load uuid, p_source text, p_as_of date, p_arrived_on date, p_state text, p_size_class smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  INSERT INTO hub.arrival (town_id, load_id, source, as_of, arrived_on, state, size_class)
    VALUES (p_town, p_load, p_source, p_as_of, p_arrived_on, p_state, p_size_class)
    ON CONFLICT (town_id, load_id) DO NOTHING;
END $$
--;
-- A town's own.
CREATE FUNCTION hub.arrivals_of(p_town text, p_from date, p_until date) RETURNS TABLE (town_id text, source text, as_of date, arrived_on date, state text, size_class smallint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  RETURN QUERY SELECT a.town_id, a.source, a.as_of, a.arrived_on, a.state, a.size_class FROM hub.arrival a
    WHERE a.town_id = p_town AND a.arrived_on BETWEEN p_from AND p_until ORDER BY a.town_id, a.source, a.arrived_on;
END $$
--;
-- Every town's, for the cooperative alone.
CREATE FUNCTION hub.arrivals(p_from date, p_until date) RETURNS TABLE (town_id text, source text, as_of date, arrived_on date, state text, size_class smallint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  IF caller <> '{p}_coop' THEN
    RAISE EXCEPTION 'refused' USING ERRCODE = '42501';
  END IF;
  RETURN QUERY SELECT a.town_id, a.source, a.as_of, a.arrived_on, a.state, a.size_class FROM hub.arrival a
    WHERE a.arrived_on BETWEEN p_from AND p_until ORDER BY a.town_id, a.source, a.arrived_on;
END $$
--;
REVOKE EXECUTE ON FUNCTION hub.record_arrival(text, uuid, text, date, date, text, smallint), hub.arrivals_of(text, date, date), hub.arrivals(date, date) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION hub.record_arrival(text, uuid, text, date, date, text, smallint), hub.arrivals_of(text, date, date) TO {p}_town
--;
GRANT EXECUTE ON FUNCTION hub.arrivals(date, date) TO {p}_coop
