-- Loads and what they bring. Bulk tables carry no foreign key: a load of 200,000 rows would pay a
-- trigger call a row, and every id in them is made in the same transaction as the row it names.
-- role: owner

CREATE TABLE town.upload (
  town_id text COLLATE "C" NOT NULL,
  upload_id uuid NOT NULL,
  source text NOT NULL,
  as_of date NOT NULL,
  state text NOT NULL,
  size bigint NOT NULL,
  file_index bytea,
  epoch integer NOT NULL,
  load_key bytea,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT upload_pk PRIMARY KEY (town_id, upload_id),
  CONSTRAINT upload_state CHECK (state IN ('receiving', 'received', 'loaded', 'failed'))
)
--;
CREATE TABLE town.upload_chunk (
  town_id text COLLATE "C" NOT NULL,
  upload_id uuid NOT NULL,
  seq integer NOT NULL,
  body bytea NOT NULL,
  CONSTRAINT upload_chunk_pk PRIMARY KEY (town_id, upload_id, seq),
  CONSTRAINT upload_chunk_upload_fk FOREIGN KEY (town_id, upload_id) REFERENCES town.upload (town_id, upload_id)
)
--;
CREATE TABLE town.load (
  town_id text COLLATE "C" NOT NULL,
  load_id uuid NOT NULL,
  upload_id uuid NOT NULL,
  source text NOT NULL,
  as_of date NOT NULL,
  layout_digest bytea NOT NULL,
  file_index bytea NOT NULL,
  state text NOT NULL,
  rows_read bigint NOT NULL,
  rows_loaded bigint NOT NULL,
  rows_unchanged bigint NOT NULL,
  rows_rejected bigint NOT NULL,
  rows_closed bigint NOT NULL,
  rows_queued bigint NOT NULL,
  reject_counts jsonb NOT NULL,
  fault bytea,
  started_by uuid NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  CONSTRAINT load_pk PRIMARY KEY (town_id, load_id),
  CONSTRAINT load_state CHECK (state IN ('running', 'loaded', 'unchanged', 'failed')),
  CONSTRAINT load_balance CHECK (state <> 'loaded' OR rows_read = rows_loaded + rows_unchanged + rows_rejected),
  CONSTRAINT load_upload_fk FOREIGN KEY (town_id, upload_id) REFERENCES town.upload (town_id, upload_id)
)
--;
CREATE UNIQUE INDEX load_same_file ON town.load (town_id, source, file_index, layout_digest, as_of) WHERE state = 'loaded'
--;
CREATE TABLE town.reject (
  town_id text COLLATE "C" NOT NULL,
  load_id uuid NOT NULL,
  reject_id uuid NOT NULL,
  line integer NOT NULL,
  codes text[] NOT NULL,
  detail bytea NOT NULL,
  CONSTRAINT reject_pk PRIMARY KEY (town_id, load_id, reject_id)
)
--;
CREATE TABLE town.person (
  town_id text COLLATE "C" NOT NULL,
  person_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT person_pk PRIMARY KEY (town_id, person_id)
)
--;
CREATE TABLE town.identifier (
  town_id text COLLATE "C" NOT NULL,
  number_index bytea NOT NULL,
  person_id uuid NOT NULL,
  recorded_from timestamptz NOT NULL,
  recorded_to timestamptz,
  CONSTRAINT identifier_pk PRIMARY KEY (town_id, number_index, person_id, recorded_from)
)
--;
CREATE TABLE town.household (
  town_id text COLLATE "C" NOT NULL,
  household_id uuid NOT NULL,
  number_index bytea NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT household_pk PRIMARY KEY (town_id, household_id),
  CONSTRAINT household_number_unique UNIQUE (town_id, number_index)
)
--;
CREATE TABLE town.membership (
  town_id text COLLATE "C" NOT NULL,
  household_id uuid NOT NULL,
  person_id uuid NOT NULL,
  load_id uuid NOT NULL,
  recorded_from timestamptz NOT NULL,
  recorded_to timestamptz,
  CONSTRAINT membership_pk PRIMARY KEY (town_id, person_id, household_id, recorded_from)
)
--;
CREATE INDEX membership_household ON town.membership (town_id, household_id)
--;
CREATE TABLE town.pack (
  town_id text COLLATE "C" NOT NULL,
  subject_id uuid NOT NULL,
  category smallint NOT NULL,
  pack_id uuid NOT NULL,
  source text NOT NULL,
  load_id uuid NOT NULL,
  line integer NOT NULL,
  record_key bytea NOT NULL,
  row_hash bytea NOT NULL,
  recorded_from timestamptz NOT NULL,
  recorded_to timestamptz,
  body bytea NOT NULL,
  whereabouts bytea,
  CONSTRAINT pack_pk PRIMARY KEY (town_id, subject_id, category, pack_id)
)
--;
CREATE INDEX pack_open ON town.pack (town_id, source) WHERE recorded_to IS NULL
--;
CREATE TABLE town.link_task (
  town_id text COLLATE "C" NOT NULL,
  link_task_id uuid NOT NULL,
  load_id uuid NOT NULL,
  upload_id uuid NOT NULL,
  source text NOT NULL,
  line integer NOT NULL,
  part bytea NOT NULL,
  record_key bytea NOT NULL,
  row_hash bytea NOT NULL,
  state text NOT NULL,
  person_id uuid,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL,
  decided_by uuid,
  decided_at timestamptz,
  CONSTRAINT link_task_pk PRIMARY KEY (town_id, link_task_id),
  CONSTRAINT link_task_state CHECK (state IN ('open', 'linked', 'refused', 'closed'))
)
--;
CREATE INDEX link_task_open ON town.link_task (town_id, source) WHERE state <> 'closed'
