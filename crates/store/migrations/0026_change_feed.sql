-- The feed of changes reads a town's chain past the looks, which are most of it. A leaf's bytes are canonical
-- JSON, so they begin with its act (evidence::leaf has a test); the index leaves out those that begin as a look.
-- role: hub

CREATE INDEX leaf_change ON hub.leaf (town_id, n) WHERE substring(body FROM 1 FOR 21) <> '{"act":"persons_read"'::bytea
--;
-- As hub.leaves, without the looks.
CREATE FUNCTION hub.changes(p_town text, p_after bigint, p_limit integer)
RETURNS TABLE (n bigint, leaf_id uuid, body bytea, hash bytea, head bytea, tree_index bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  RETURN QUERY
    SELECT l.n, l.leaf_id, l.body, l.hash, l.head, l.tree_index FROM hub.leaf l
    WHERE l.town_id = p_town AND l.n > p_after AND substring(l.body FROM 1 FOR 21) <> '{"act":"persons_read"'::bytea
    ORDER BY l.n LIMIT p_limit;
END $$
--;
-- How long a town's chain is, and its last head.
CREATE FUNCTION hub.chain_head(p_town text) RETURNS TABLE (n bigint, head bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  caller text := session_user;
BEGIN
  PERFORM hub.require_caller(p_town, caller);
  RETURN QUERY SELECT c.n, c.head FROM hub.chain c WHERE c.town_id = p_town;
END $$
--;
REVOKE EXECUTE ON FUNCTION hub.changes(text, bigint, integer), hub.chain_head(text) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION hub.changes(text, bigint, integer), hub.chain_head(text) TO {p}_town
