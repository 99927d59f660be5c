-- The second wall: one policy text on every table with residents, and grants no wider than use.
-- {n} is where the town code begins in a role's name.
-- role: owner

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['version', 'profile', 'keystore', 'staff', 'token', 'operation', 'access', 'upload', 'upload_chunk', 'load', 'reject', 'person', 'identifier', 'household', 'membership', 'pack', 'link_task', 'run', 'score', 'consent', 'handover', 'handover_item', 'peer_key'] LOOP
    EXECUTE format('ALTER TABLE town.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE town.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own ON town.%I TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))', t);
    EXECUTE format('GRANT SELECT, INSERT ON town.%I TO {p}_town', t);
    -- Without statistics of town_id the planner's estimates are the same for every town: EXPLAIN would
    -- otherwise tell one town how many rows another has.
    EXECUTE format('ALTER TABLE town.%I ALTER COLUMN town_id SET STATISTICS 0', t);
  END LOOP;
END $$
--;
GRANT UPDATE ON town.version, town.keystore, town.token, town.operation, town.upload, town.load, town.identifier, town.membership, town.pack, town.link_task, town.run, town.consent, town.handover, town.handover_item, town.peer_key TO {p}_town
--;
GRANT DELETE ON town.keystore, town.upload_chunk, town.peer_key TO {p}_town
--;
-- The access log is written by one role for all towns and read by each town alone.
REVOKE INSERT ON town.access FROM {p}_town
--;
GRANT INSERT ON town.access TO {p}_log
--;
CREATE POLICY log_insert ON town.access FOR INSERT TO {p}_log WITH CHECK (true)
--;
-- Admission writes a town's first row of switches and nothing else.
GRANT INSERT ON town.version TO {p}_adm
--;
CREATE POLICY admit ON town.version FOR INSERT TO {p}_adm WITH CHECK (true)
