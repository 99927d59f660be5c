-- Every state of a handover between two towns in the hub's one row: that its flag was acknowledged, that an
-- acceptance came too late, that a package could not be read (its code stands where a refusal's does). And
-- holding the row still, so that a town compares what it has read in the transaction that moves it.
-- role: hub

ALTER TABLE hub.handover DROP CONSTRAINT handover_state
--;
ALTER TABLE hub.handover ADD CONSTRAINT handover_state CHECK (state IN ('offered', 'accepting', 'accepted', 'refused', 'withdrawn', 'expired', 'too_late', 'received', 'unreadable', 'completed'))
--;
CREATE FUNCTION hub.hold_handover(p_town text, p_id uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  PERFORM 1 FROM hub.handover h WHERE h.handover_id = p_id AND (h.sender = p_town OR h.receiver = p_town) FOR UPDATE;
  RETURN FOUND;
END $$
--;
-- The receiver has read the flag and is about to accept.
CREATE FUNCTION hub.acknowledge(p_town text, p_id uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  current_state text;
  deadline timestamptz;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT h.state, h.expires_at INTO current_state, deadline FROM hub.handover h WHERE h.handover_id = p_id AND h.receiver = p_town FOR UPDATE;
  IF current_state = 'offered' AND deadline <= now() THEN
    UPDATE hub.handover h SET state = 'expired', package = NULL, changed_at = now() WHERE h.handover_id = p_id;
    RETURN 'expired';
  END IF;
  IF current_state = 'offered' THEN
    UPDATE hub.handover h SET state = 'accepting', changed_at = now() WHERE h.handover_id = p_id;
    RETURN 'accepting';
  END IF;
  RETURN current_state;
END $$
--;
CREATE OR REPLACE FUNCTION hub.fetch_package(p_town text, p_id uuid) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  found bytea;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT h.package INTO found FROM hub.handover h WHERE h.handover_id = p_id AND h.receiver = p_town AND h.state IN ('offered', 'accepting', 'accepted');
  RETURN found;
END $$
--;
-- Accepts or refuses, once. Returns the state after; the row's own state decides races.
CREATE OR REPLACE FUNCTION hub.decide(p_town text, p_id uuid, p_accept boolean, p_refusal text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  current_state text;
  deadline timestamptz;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT h.state, h.expires_at INTO current_state, deadline FROM hub.handover h WHERE h.handover_id = p_id AND h.receiver = p_town FOR UPDATE;
  IF current_state IS NULL OR current_state NOT IN ('offered', 'accepting') THEN
    RETURN current_state;
  END IF;
  IF deadline <= now() THEN
    current_state := CASE current_state WHEN 'offered' THEN 'expired' ELSE 'too_late' END;
    UPDATE hub.handover h SET state = current_state, package = NULL, changed_at = now() WHERE h.handover_id = p_id;
    RETURN current_state;
  END IF;
  IF p_accept THEN
    UPDATE hub.handover h SET state = 'accepted', changed_at = now() WHERE h.handover_id = p_id;
    RETURN 'accepted';
  END IF;
  UPDATE hub.handover h SET state = 'refused', refusal = p_refusal, package = NULL, changed_at = now() WHERE h.handover_id = p_id;
  RETURN 'refused';
END $$
--;
-- The sender takes it back. Of a receiver about to accept, the acceptance will come too late.
CREATE OR REPLACE FUNCTION hub.withdraw(p_town text, p_id uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  current_state text;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT h.state INTO current_state FROM hub.handover h WHERE h.handover_id = p_id AND h.sender = p_town FOR UPDATE;
  IF current_state IN ('offered', 'accepting') THEN
    current_state := CASE current_state WHEN 'offered' THEN 'withdrawn' ELSE 'too_late' END;
    UPDATE hub.handover h SET state = current_state, package = NULL, changed_at = now() WHERE h.handover_id = p_id;
  END IF;
  RETURN current_state;
END $$
--;
-- Ends offers that nobody accepted in time: the sealed package goes. For the sequencer, not for a town.
CREATE OR REPLACE FUNCTION hub.expire_offers() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ended bigint;
BEGIN
  UPDATE hub.handover h SET state = CASE h.state WHEN 'offered' THEN 'expired' ELSE 'too_late' END, package = NULL, changed_at = now()
    WHERE h.state IN ('offered', 'accepting') AND h.expires_at <= now();
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN ended;
END $$
--;
-- The receiver accepted it and cannot read it: the package goes, the sender may offer anew.
CREATE FUNCTION hub.report_unreadable(p_town text, p_id uuid, p_code text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  current_state text;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT h.state INTO current_state FROM hub.handover h WHERE h.handover_id = p_id AND h.receiver = p_town FOR UPDATE;
  IF current_state = 'accepted' THEN
    UPDATE hub.handover h SET state = 'unreadable', refusal = p_code, package = NULL, changed_at = now() WHERE h.handover_id = p_id;
    RETURN 'unreadable';
  END IF;
  RETURN current_state;
END $$
--;
REVOKE EXECUTE ON FUNCTION hub.hold_handover(text, uuid), hub.acknowledge(text, uuid), hub.report_unreadable(text, uuid, text) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION hub.hold_handover(text, uuid), hub.acknowledge(text, uuid), hub.report_unreadable(text, uuid, text) TO {p}_town
