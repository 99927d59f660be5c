-- Accounts: a member of staff with a number and postings, or a service client; passwords, set-up codes and the
-- count of failed sign-ins. What somebody may do now follows from the postings in force on the day.
-- role: owner

CREATE TABLE town.posting (
  town_id text COLLATE "C" NOT NULL,
  posting_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  section text NOT NULL,
  grants text[] NOT NULL,
  starts_on date NOT NULL,
  ends_on date,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT posting_pk PRIMARY KEY (town_id, posting_id),
  CONSTRAINT posting_staff_fk FOREIGN KEY (town_id, staff_id) REFERENCES town.staff (town_id, staff_id),
  CONSTRAINT posting_period CHECK (ends_on IS NULL OR ends_on >= starts_on)
)
--;
CREATE INDEX posting_staff ON town.posting (town_id, staff_id)
--;
-- Whoever had tokens keeps what they allowed, in the section they had. The owner reads across towns for this
-- one statement and never again.
ALTER TABLE town.staff NO FORCE ROW LEVEL SECURITY
--;
ALTER TABLE town.token NO FORCE ROW LEVEL SECURITY
--;
INSERT INTO town.posting (town_id, posting_id, staff_id, section, grants, starts_on, created_at)
SELECT s.town_id, s.staff_id, s.staff_id, s.section,
  ARRAY(SELECT DISTINCT g FROM town.token t, unnest(t.grants) g
    WHERE t.town_id = s.town_id AND t.staff_id = s.staff_id AND t.revoked_at IS NULL),
  (s.created_at AT TIME ZONE 'Asia/Tokyo')::date, s.created_at
FROM town.staff s
--;
ALTER TABLE town.staff FORCE ROW LEVEL SECURITY
--;
ALTER TABLE town.token FORCE ROW LEVEL SECURITY
--;
ALTER TABLE town.staff DROP COLUMN section
--;
ALTER TABLE town.staff ADD COLUMN kind text NOT NULL DEFAULT 'member',
  ADD COLUMN number bytea,
  ADD COLUMN number_index bytea,
  ADD COLUMN left_at timestamptz,
  ADD CONSTRAINT staff_kind CHECK (kind IN ('member', 'service')),
  ADD CONSTRAINT staff_number_unique UNIQUE (town_id, number_index)
--;
ALTER TABLE town.token ADD COLUMN kind text NOT NULL DEFAULT 'issued',
  ADD COLUMN renewable_until timestamptz,
  ADD CONSTRAINT token_kind CHECK (kind IN ('issued', 'sign_in', 'service'))
--;
CREATE INDEX token_staff ON town.token (town_id, staff_id)
--;
CREATE TABLE town.credential (
  town_id text COLLATE "C" NOT NULL,
  staff_id uuid NOT NULL,
  password bytea,
  password_set_at timestamptz,
  code_hash bytea,
  code_expires_at timestamptz,
  CONSTRAINT credential_pk PRIMARY KEY (town_id, staff_id),
  CONSTRAINT credential_staff_fk FOREIGN KEY (town_id, staff_id) REFERENCES town.staff (town_id, staff_id)
)
--;
-- By number and not by account: a number that nobody has is counted like one that somebody has.
CREATE TABLE town.sign_in_failure (
  town_id text COLLATE "C" NOT NULL,
  number_index bytea NOT NULL,
  failures integer NOT NULL,
  last_at timestamptz NOT NULL,
  CONSTRAINT sign_in_failure_pk PRIMARY KEY (town_id, number_index)
)
--;
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['posting', 'credential', 'sign_in_failure'] LOOP
    EXECUTE format('ALTER TABLE town.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE town.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own ON town.%I TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON town.%I TO {p}_town', t);
    EXECUTE format('ALTER TABLE town.%I ALTER COLUMN town_id SET STATISTICS 0', t);
  END LOOP;
END $$
--;
GRANT UPDATE ON town.staff TO {p}_town
--;
GRANT DELETE ON town.credential, town.sign_in_failure TO {p}_town
