-- The roster: a sealed copy of what a server holds in memory of a town's people, in chunks, so that the first
-- search after a start need not open every resident's own boxes. It rests under a key of its own in the keystore,
-- of which a town never has two; that key goes with the `people` counter that the copy was made under.
-- role: owner

CREATE TABLE town.roster (
  town_id text COLLATE "C" NOT NULL,
  chunk integer NOT NULL,
  people bigint NOT NULL,
  body bytea NOT NULL,
  CONSTRAINT roster_pk PRIMARY KEY (town_id, chunk)
)
--;
-- What is sealed does not compress.
ALTER TABLE town.roster ALTER COLUMN body SET STORAGE EXTERNAL
--;
ALTER TABLE town.roster ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.roster FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.roster TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT, DELETE ON town.roster TO {p}_town
--;
ALTER TABLE town.roster ALTER COLUMN town_id SET STATISTICS 0
