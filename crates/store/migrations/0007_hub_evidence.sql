-- The evidence log: a hash chain a town, leaves, and the checkpoints of the one Merkle tree.
-- Towns reach it only through definer functions that check session_user.
-- role: hub

CREATE TABLE hub.chain (
  town_id text COLLATE "C" NOT NULL,
  n bigint NOT NULL,
  head bytea NOT NULL,
  CONSTRAINT chain_pk PRIMARY KEY (town_id)
) WITH (fillfactor = 20)
--;
CREATE TABLE hub.leaf (
  town_id text COLLATE "C" NOT NULL,
  n bigint NOT NULL,
  leaf_id uuid NOT NULL,
  body bytea NOT NULL,
  hash bytea NOT NULL,
  head bytea NOT NULL,
  tree_index bigint,
  CONSTRAINT leaf_pk PRIMARY KEY (town_id, n),
  CONSTRAINT leaf_id_unique UNIQUE (town_id, leaf_id)
)
--;
CREATE INDEX leaf_unsequenced ON hub.leaf (town_id, n) WHERE tree_index IS NULL
--;
CREATE UNIQUE INDEX leaf_tree_index ON hub.leaf (tree_index) WHERE tree_index IS NOT NULL
--;
CREATE TABLE hub.checkpoint (
  size bigint NOT NULL,
  root bytea NOT NULL,
  note bytea NOT NULL,
  signed_at timestamptz NOT NULL,
  CONSTRAINT checkpoint_pk PRIMARY KEY (size)
)
--;
CREATE FUNCTION hub.append_leaf(p_town text, p_leaf_id uuid, p_body bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
  leaf_hash bytea := sha256('\x00'::bytea || p_body);
  place bigint;
  step bytea;
BEGIN
  IF caller NOT IN ('{p}_' || p_town, '{p}_log') THEN
    RAISE EXCEPTION 'refused' USING ERRCODE = '42501';
  END IF;
  UPDATE hub.chain SET n = n + 1, head = sha256(head || leaf_hash) WHERE town_id = p_town RETURNING n, head INTO place, step;
  IF place IS NULL THEN
    RAISE EXCEPTION 'refused' USING ERRCODE = '42501';
  END IF;
  INSERT INTO hub.leaf (town_id, n, leaf_id, body, hash, head) VALUES (p_town, place, p_leaf_id, p_body, leaf_hash, step);
  RETURN place;
END $$
--;
CREATE FUNCTION hub.leaves(p_town text, p_after bigint, p_limit integer)
RETURNS TABLE (n bigint, leaf_id uuid, body bytea, hash bytea, head bytea, tree_index bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  IF caller <> '{p}_' || p_town THEN
    RAISE EXCEPTION 'refused' USING ERRCODE = '42501';
  END IF;
  RETURN QUERY SELECT l.n, l.leaf_id, l.body, l.hash, l.head, l.tree_index FROM hub.leaf l WHERE l.town_id = p_town AND l.n > p_after ORDER BY l.n LIMIT p_limit;
END $$
--;
-- Hashes of the whole tree: what any town needs for a proof, and what tells nothing.
CREATE FUNCTION hub.tree_hashes(p_size bigint) RETURNS SETOF bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT l.hash FROM hub.leaf l WHERE l.tree_index < p_size ORDER BY l.tree_index;
END $$
--;
CREATE FUNCTION hub.latest_checkpoint() RETURNS TABLE (size bigint, root bytea, note bytea, signed_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT c.size, c.root, c.note, c.signed_at FROM hub.checkpoint c ORDER BY c.size DESC LIMIT 1;
END $$
--;
CREATE FUNCTION hub.sequence(p_limit integer) RETURNS SETOF bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  next bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(7402176);
  SELECT coalesce(max(l.tree_index) + 1, 0) INTO next FROM hub.leaf l WHERE l.tree_index IS NOT NULL;
  RETURN QUERY
    WITH fresh AS (
      SELECT l.town_id, l.n, next - 1 + row_number() OVER (ORDER BY l.town_id, l.n) AS place
      FROM hub.leaf l WHERE l.tree_index IS NULL ORDER BY l.town_id, l.n LIMIT p_limit
    ), placed AS (
      UPDATE hub.leaf l SET tree_index = fresh.place FROM fresh WHERE l.town_id = fresh.town_id AND l.n = fresh.n RETURNING l.hash, l.tree_index
    )
    SELECT placed.hash FROM placed ORDER BY placed.tree_index;
END $$
--;
CREATE FUNCTION hub.sign_checkpoint(p_size bigint, p_root bytea, p_note bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO hub.checkpoint (size, root, note, signed_at) VALUES (p_size, p_root, p_note, now()) ON CONFLICT (size) DO NOTHING;
END $$
--;
REVOKE EXECUTE ON FUNCTION hub.append_leaf(text, uuid, bytea), hub.leaves(text, bigint, integer), hub.tree_hashes(bigint), hub.latest_checkpoint(), hub.sequence(integer), hub.sign_checkpoint(bigint, bytea, bytea) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION hub.append_leaf(text, uuid, bytea) TO {p}_town, {p}_log
--;
GRANT EXECUTE ON FUNCTION hub.leaves(text, bigint, integer) TO {p}_town
--;
GRANT EXECUTE ON FUNCTION hub.tree_hashes(bigint), hub.latest_checkpoint() TO {p}_town, {p}_seq, {p}_coop
--;
GRANT EXECUTE ON FUNCTION hub.sequence(integer), hub.sign_checkpoint(bigint, bytea, bytea) TO {p}_seq
--;
GRANT SELECT, INSERT ON hub.chain TO {p}_adm
