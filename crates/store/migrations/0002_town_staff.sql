-- A town's own switches, profile, staff and tokens.
-- role: owner

CREATE TABLE town.version (
  town_id text COLLATE "C" NOT NULL,
  auth bigint NOT NULL,
  people bigint NOT NULL,
  protection bigint NOT NULL,
  CONSTRAINT version_pk PRIMARY KEY (town_id)
)
--;
CREATE TABLE town.profile (
  town_id text COLLATE "C" NOT NULL,
  profile_id uuid NOT NULL,
  digest bytea NOT NULL,
  bundle bytea NOT NULL,
  applied_at timestamptz NOT NULL,
  applied_by uuid NOT NULL,
  CONSTRAINT profile_pk PRIMARY KEY (town_id, profile_id)
)
--;
CREATE TABLE town.keystore (
  town_id text COLLATE "C" NOT NULL,
  subject_id uuid NOT NULL,
  epoch integer NOT NULL,
  keyset bytea NOT NULL,
  CONSTRAINT keystore_pk PRIMARY KEY (town_id, subject_id)
) WITH (fillfactor = 80)
--;
CREATE TABLE town.staff (
  town_id text COLLATE "C" NOT NULL,
  staff_id uuid NOT NULL,
  section text NOT NULL,
  name bytea NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT staff_pk PRIMARY KEY (town_id, staff_id)
)
--;
CREATE TABLE town.token (
  town_id text COLLATE "C" NOT NULL,
  token_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  secret_hash bytea NOT NULL,
  grants text[] NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CONSTRAINT token_pk PRIMARY KEY (town_id, token_id),
  CONSTRAINT token_secret_unique UNIQUE (town_id, secret_hash),
  CONSTRAINT token_staff_fk FOREIGN KEY (town_id, staff_id) REFERENCES town.staff (town_id, staff_id)
)
--;
CREATE TABLE town.operation (
  town_id text COLLATE "C" NOT NULL,
  operation_id uuid NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  done bigint NOT NULL,
  total bigint NOT NULL,
  target_id uuid,
  fault_code text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT operation_pk PRIMARY KEY (town_id, operation_id),
  CONSTRAINT operation_state CHECK (state IN ('running', 'done', 'failed'))
)
--;
CREATE TABLE town.access (
  town_id text COLLATE "C" NOT NULL,
  access_id uuid NOT NULL,
  person_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  purpose text NOT NULL,
  operation text NOT NULL,
  at timestamptz NOT NULL,
  CONSTRAINT access_pk PRIMARY KEY (town_id, person_id, access_id)
)
