-- Whom a load changed: ids alone, written in the load's own transaction. The feed of changes resolves a load
-- to them; the packs themselves cannot say it, since a pack that was closed does not name what closed it.
-- role: owner

CREATE TABLE town.load_person (
  town_id text COLLATE "C" NOT NULL,
  load_id uuid NOT NULL,
  person_id uuid NOT NULL,
  CONSTRAINT load_person_pk PRIMARY KEY (town_id, load_id, person_id)
)
--;
ALTER TABLE town.load_person ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.load_person FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.load_person TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT ON town.load_person TO {p}_town
--;
ALTER TABLE town.load_person ALTER COLUMN town_id SET STATISTICS 0
