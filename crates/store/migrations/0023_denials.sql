-- 閲覧制限: whom a member of staff may not see (自己・親族・近隣). Why and from when to when is sealed under that
-- member of staff's key; that there is one is not. And the access log by who looked and in the order of time, for
-- the town's auditor.
-- role: owner

CREATE TABLE town.denial (
  town_id text COLLATE "C" NOT NULL,
  denial_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  person_id uuid NOT NULL,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT denial_pk PRIMARY KEY (town_id, denial_id),
  CONSTRAINT denial_staff_fk FOREIGN KEY (town_id, staff_id) REFERENCES town.staff (town_id, staff_id),
  CONSTRAINT denial_person_fk FOREIGN KEY (town_id, person_id) REFERENCES town.person (town_id, person_id)
)
--;
CREATE INDEX denial_staff ON town.denial (town_id, staff_id)
--;
ALTER TABLE town.denial ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.denial FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.denial TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT, UPDATE ON town.denial TO {p}_town
--;
ALTER TABLE town.denial ALTER COLUMN town_id SET STATISTICS 0
--;
CREATE INDEX access_time ON town.access (town_id, access_id)
--;
CREATE INDEX access_staff ON town.access (town_id, staff_id, access_id)
