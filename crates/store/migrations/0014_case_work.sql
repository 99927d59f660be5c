-- What case workers record themselves: relations seen or told, assessments of candidates, cases. A version a
-- row, sealed under the person's key of its category; never rewritten: the town's role may add, not change.
-- role: owner

CREATE TABLE town.entry (
  town_id text COLLATE "C" NOT NULL,
  entry_id uuid NOT NULL,
  version integer NOT NULL,
  person_id uuid NOT NULL,
  category smallint NOT NULL,
  run_id uuid,
  written_by uuid NOT NULL,
  written_at timestamptz NOT NULL,
  body bytea NOT NULL,
  CONSTRAINT entry_pk PRIMARY KEY (town_id, entry_id, version),
  CONSTRAINT entry_person_fk FOREIGN KEY (town_id, person_id) REFERENCES town.person (town_id, person_id),
  CONSTRAINT entry_version CHECK (version >= 1)
)
--;
CREATE INDEX entry_person ON town.entry (town_id, person_id)
--;
CREATE INDEX entry_category ON town.entry (town_id, category)
--;
-- One assessment a child and run, whoever writes it first.
CREATE UNIQUE INDEX entry_run ON town.entry (town_id, run_id, person_id, version) WHERE run_id IS NOT NULL
--;
ALTER TABLE town.entry ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.entry FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.entry TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT ON town.entry TO {p}_town
--;
ALTER TABLE town.entry ALTER COLUMN town_id SET STATISTICS 0
