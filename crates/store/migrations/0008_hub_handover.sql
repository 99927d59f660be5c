-- The hub of handovers, which is the embedded courier: sealed packages, state and lead in one row
-- moved by compare-and-set, receipts, and the towns' public keys.
-- role: hub

CREATE TABLE hub.handover (
  handover_id uuid NOT NULL,
  sender text COLLATE "C" NOT NULL,
  receiver text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  lead text COLLATE "C" NOT NULL,
  package bytea,
  package_hash bytea NOT NULL,
  refusal text,
  receipt bytea,
  offered_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  CONSTRAINT handover_pk PRIMARY KEY (handover_id),
  CONSTRAINT handover_two_towns CHECK (sender <> receiver),
  CONSTRAINT handover_kind CHECK (kind IN ('transfer', 'information')),
  CONSTRAINT handover_state CHECK (state IN ('offered', 'accepted', 'refused', 'withdrawn', 'expired', 'received', 'completed'))
)
--;
CREATE INDEX handover_sender ON hub.handover (sender, handover_id)
--;
CREATE INDEX handover_receiver ON hub.handover (receiver, handover_id)
--;
CREATE TABLE hub.town_key (
  town_id text COLLATE "C" NOT NULL,
  purpose text NOT NULL,
  public_key bytea NOT NULL,
  published_at timestamptz NOT NULL,
  CONSTRAINT town_key_pk PRIMARY KEY (town_id, purpose),
  CONSTRAINT town_key_purpose CHECK (purpose IN ('seal', 'sign'))
)
--;
CREATE FUNCTION hub.require_caller(p_town text, p_caller text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_caller IS DISTINCT FROM '{p}_' || p_town THEN
    RAISE EXCEPTION 'refused' USING ERRCODE = '42501';
  END IF;
END $$
--;
-- Offers a package. The same offer again is harmless; another one under the same id is a
-- conflict (not 'refused', which is a state: what the receiver said).
CREATE FUNCTION hub.offer(p_town text, p_id uuid, p_receiver text, p_kind text, p_expires_at timestamptz, p_package bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  hash bytea := sha256(p_package);
  known hub.handover;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  IF NOT EXISTS (SELECT 1 FROM hub.chain c WHERE c.town_id = p_receiver) THEN
    RETURN 'not_member';
  END IF;
  INSERT INTO hub.handover (handover_id, sender, receiver, kind, state, lead, package, package_hash, offered_at, expires_at, changed_at)
    VALUES (p_id, p_town, p_receiver, p_kind, 'offered', p_town, p_package, hash, now(), p_expires_at, now())
    ON CONFLICT (handover_id) DO NOTHING;
  SELECT * INTO known FROM hub.handover h WHERE h.handover_id = p_id;
  IF known.sender <> p_town OR known.receiver <> p_receiver OR known.package_hash <> hash THEN
    RETURN 'conflict';
  END IF;
  RETURN known.state;
END $$
--;
-- What waits for a town or was sent by it. Never a row of others.
CREATE FUNCTION hub.handovers(p_town text) RETURNS TABLE (handover_id uuid, sender text, receiver text, kind text, state text, lead text, refusal text, receipt bytea, offered_at timestamptz, expires_at timestamptz, changed_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  RETURN QUERY
    SELECT h.handover_id, h.sender, h.receiver, h.kind, h.state, h.lead, h.refusal, h.receipt, h.offered_at, h.expires_at, h.changed_at
    FROM hub.handover h WHERE h.sender = p_town OR h.receiver = p_town ORDER BY h.handover_id;
END $$
--;
CREATE FUNCTION hub.handover_status(p_town text, p_id uuid) RETURNS TABLE (sender text, receiver text, kind text, state text, lead text, refusal text, receipt bytea, offered_at timestamptz, expires_at timestamptz, changed_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  RETURN QUERY
    SELECT h.sender, h.receiver, h.kind, h.state, h.lead, h.refusal, h.receipt, h.offered_at, h.expires_at, h.changed_at
    FROM hub.handover h WHERE h.handover_id = p_id AND (h.sender = p_town OR h.receiver = p_town);
END $$
--;
CREATE FUNCTION hub.fetch_package(p_town text, p_id uuid) RETURNS bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  found bytea;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT h.package INTO found FROM hub.handover h WHERE h.handover_id = p_id AND h.receiver = p_town AND h.state IN ('offered', 'accepted');
  RETURN found;
END $$
--;
-- Accepts or refuses, once. Returns the state after; the row's own state decides races.
CREATE FUNCTION hub.decide(p_town text, p_id uuid, p_accept boolean, p_refusal text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  current_state text;
  deadline timestamptz;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT h.state, h.expires_at INTO current_state, deadline FROM hub.handover h WHERE h.handover_id = p_id AND h.receiver = p_town FOR UPDATE;
  IF current_state IS NULL THEN
    RETURN NULL;
  END IF;
  IF current_state = 'offered' AND deadline <= now() THEN
    UPDATE hub.handover h SET state = 'expired', package = NULL, changed_at = now() WHERE h.handover_id = p_id;
    RETURN 'expired';
  END IF;
  IF current_state = 'offered' AND p_accept THEN
    UPDATE hub.handover h SET state = 'accepted', changed_at = now() WHERE h.handover_id = p_id;
    RETURN 'accepted';
  END IF;
  IF current_state = 'offered' THEN
    UPDATE hub.handover h SET state = 'refused', refusal = p_refusal, package = NULL, changed_at = now() WHERE h.handover_id = p_id;
    RETURN 'refused';
  END IF;
  RETURN current_state;
END $$
--;
CREATE FUNCTION hub.withdraw(p_town text, p_id uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  current_state text;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT h.state INTO current_state FROM hub.handover h WHERE h.handover_id = p_id AND h.sender = p_town FOR UPDATE;
  IF current_state = 'offered' THEN
    UPDATE hub.handover h SET state = 'withdrawn', package = NULL, changed_at = now() WHERE h.handover_id = p_id;
    RETURN 'withdrawn';
  END IF;
  RETURN current_state;
END $$
--;
-- Ends offers that nobody answered in time: the sealed package goes. For the sequencer, not for a town.
CREATE FUNCTION hub.expire_offers() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ended bigint;
BEGIN
  UPDATE hub.handover h SET state = 'expired', package = NULL, changed_at = now() WHERE h.state = 'offered' AND h.expires_at <= now();
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN ended;
END $$
--;
-- Records the receiver's signed receipt; the lead of a transfer moves with it.
CREATE FUNCTION hub.receive(p_town text, p_id uuid, p_receipt bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  known hub.handover;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT * INTO known FROM hub.handover h WHERE h.handover_id = p_id AND h.receiver = p_town FOR UPDATE;
  IF known.state = 'accepted' THEN
    UPDATE hub.handover h SET state = 'received', receipt = p_receipt, changed_at = now(),
      lead = CASE WHEN h.kind = 'transfer' THEN h.receiver ELSE h.lead END WHERE h.handover_id = p_id;
    RETURN 'received';
  END IF;
  RETURN known.state;
END $$
--;
-- The sender has verified the receipt: the sealed package has done its work and goes.
CREATE FUNCTION hub.complete(p_town text, p_id uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  current_state text;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  SELECT h.state INTO current_state FROM hub.handover h WHERE h.handover_id = p_id AND h.sender = p_town FOR UPDATE;
  IF current_state = 'received' THEN
    UPDATE hub.handover h SET state = 'completed', package = NULL, changed_at = now() WHERE h.handover_id = p_id;
    RETURN 'completed';
  END IF;
  RETURN current_state;
END $$
--;
CREATE FUNCTION hub.publish_key(p_town text, p_purpose text, p_public_key bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  INSERT INTO hub.town_key (town_id, purpose, public_key, published_at) VALUES (p_town, p_purpose, p_public_key, now())
    ON CONFLICT (town_id, purpose) DO UPDATE SET public_key = EXCLUDED.public_key, published_at = now();
END $$
--;
CREATE FUNCTION hub.town_keys() RETURNS TABLE (town_id text, purpose text, public_key bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT k.town_id, k.purpose, k.public_key FROM hub.town_key k ORDER BY k.town_id, k.purpose;
END $$
--;
REVOKE EXECUTE ON FUNCTION hub.require_caller(text, text), hub.offer(text, uuid, text, text, timestamptz, bytea), hub.handovers(text), hub.handover_status(text, uuid), hub.fetch_package(text, uuid), hub.decide(text, uuid, boolean, text), hub.withdraw(text, uuid), hub.expire_offers(), hub.receive(text, uuid, bytea), hub.complete(text, uuid), hub.publish_key(text, text, bytea), hub.town_keys() FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION hub.offer(text, uuid, text, text, timestamptz, bytea), hub.handovers(text), hub.handover_status(text, uuid), hub.fetch_package(text, uuid), hub.decide(text, uuid, boolean, text), hub.withdraw(text, uuid), hub.receive(text, uuid, bytea), hub.complete(text, uuid), hub.publish_key(text, text, bytea), hub.town_keys() TO {p}_town
--;
GRANT EXECUTE ON FUNCTION hub.expire_offers() TO {p}_seq
