-- The log's leaf hashes from a place on: a process that keeps the log's root takes up what others placed, too.
-- role: hub

CREATE FUNCTION hub.tree_hashes_from(p_from bigint, p_limit integer) RETURNS SETOF bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT l.hash FROM hub.leaf l WHERE l.tree_index >= p_from ORDER BY l.tree_index LIMIT p_limit;
END $$
--;
REVOKE EXECUTE ON FUNCTION hub.tree_hashes_from(bigint, integer) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION hub.tree_hashes_from(bigint, integer) TO {p}_seq
