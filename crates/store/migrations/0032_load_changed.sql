-- Whom a load changed, many ids a row, each row under the last of them: a row and an index entry a person
-- was a tenth of a large load. In the order of `upto` the rows hold all ids in theirs.
-- role: owner

CREATE TABLE town.load_changed (
  town_id text COLLATE "C" NOT NULL,
  load_id uuid NOT NULL,
  upto uuid NOT NULL,
  persons uuid[] NOT NULL,
  CONSTRAINT load_changed_pk PRIMARY KEY (town_id, load_id, upto)
)
--;
-- Ids do not compress.
ALTER TABLE town.load_changed ALTER COLUMN persons SET STORAGE EXTERNAL
--;
ALTER TABLE town.load_person NO FORCE ROW LEVEL SECURITY
--;
INSERT INTO town.load_changed (town_id, load_id, upto, persons)
  SELECT p.town_id, p.load_id, (array_agg(p.person_id ORDER BY p.person_id DESC))[1], array_agg(p.person_id ORDER BY p.person_id)
  FROM (SELECT town_id, load_id, person_id, (row_number() OVER (PARTITION BY town_id, load_id ORDER BY person_id) - 1) / 1024 AS part FROM town.load_person) p
  GROUP BY p.town_id, p.load_id, p.part
--;
DROP TABLE town.load_person
--;
ALTER TABLE town.load_changed ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.load_changed FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.load_changed TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT ON town.load_changed TO {p}_town
--;
ALTER TABLE town.load_changed ALTER COLUMN town_id SET STATISTICS 0
