-- Admitting a town: its LOGIN role, its chain and its switches. The server never has CREATEROLE
-- (on PostgreSQL 15 that right can be turned into any other); this function is all it can do. It never
-- changes a role that exists: whoever may call it could otherwise log in as any town.
-- role: adm

CREATE FUNCTION adm.ensure_town(p_town text, p_verifier text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_town !~ '^[0-9]{6}$' OR p_verifier !~ '^SCRAM-SHA-256\$4096:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' THEN
    RAISE EXCEPTION 'refused' USING ERRCODE = '22023';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles r WHERE r.rolname = '{p}_' || p_town) THEN
    EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 40 IN ROLE {p}_town PASSWORD %L', '{p}_' || p_town, p_verifier);
  END IF;
  IF NOT EXISTS (SELECT 1 FROM hub.chain c WHERE c.town_id = p_town) THEN
    INSERT INTO hub.chain (town_id, n, head) VALUES (p_town, 0, sha256(convert_to('tasuki chain ' || p_town, 'UTF8')));
    INSERT INTO town.version (town_id, auth, people, protection) VALUES (p_town, 1, 1, 1);
  END IF;
END $$
--;
REVOKE EXECUTE ON FUNCTION adm.ensure_town(text, text) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION adm.ensure_town(text, text) TO {p}_coop
