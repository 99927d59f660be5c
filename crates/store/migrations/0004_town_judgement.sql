-- Scoring, consent and handover, as one town sees them.
-- role: owner

CREATE TABLE town.run (
  town_id text COLLATE "C" NOT NULL,
  run_id uuid NOT NULL,
  rulebook text NOT NULL,
  release bytea NOT NULL,
  overlay bytea NOT NULL,
  as_of date NOT NULL,
  known_at timestamptz NOT NULL,
  state text NOT NULL,
  counts jsonb NOT NULL,
  started_by uuid NOT NULL,
  finished_at timestamptz,
  CONSTRAINT run_pk PRIMARY KEY (town_id, run_id),
  CONSTRAINT run_state CHECK (state IN ('running', 'done', 'failed'))
)
--;
CREATE TABLE town.score (
  town_id text COLLATE "C" NOT NULL,
  run_id uuid NOT NULL,
  person_id uuid NOT NULL,
  body bytea NOT NULL,
  CONSTRAINT score_pk PRIMARY KEY (town_id, run_id, person_id)
)
--;
CREATE INDEX score_person ON town.score (town_id, person_id)
--;
CREATE TABLE town.consent (
  town_id text COLLATE "C" NOT NULL,
  consent_id uuid NOT NULL,
  person_id uuid NOT NULL,
  version integer NOT NULL,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT consent_pk PRIMARY KEY (town_id, consent_id),
  CONSTRAINT consent_person_fk FOREIGN KEY (town_id, person_id) REFERENCES town.person (town_id, person_id)
)
--;
CREATE INDEX consent_person ON town.consent (town_id, person_id)
--;
CREATE TABLE town.handover (
  town_id text COLLATE "C" NOT NULL,
  handover_id uuid NOT NULL,
  direction text NOT NULL,
  peer text COLLATE "C" NOT NULL,
  state text NOT NULL,
  version integer NOT NULL,
  epoch integer NOT NULL,
  handover_key bytea NOT NULL,
  body bytea NOT NULL,
  drafted_by uuid,
  approved_by uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT handover_pk PRIMARY KEY (town_id, handover_id),
  CONSTRAINT handover_direction CHECK (direction IN ('out', 'in')),
  CONSTRAINT handover_two_people CHECK (approved_by IS NULL OR approved_by <> drafted_by)
)
--;
CREATE TABLE town.handover_item (
  town_id text COLLATE "C" NOT NULL,
  handover_id uuid NOT NULL,
  item_id uuid NOT NULL,
  person_id uuid,
  category smallint NOT NULL,
  decision text NOT NULL,
  body bytea NOT NULL,
  CONSTRAINT handover_item_pk PRIMARY KEY (town_id, handover_id, item_id),
  CONSTRAINT handover_item_handover_fk FOREIGN KEY (town_id, handover_id) REFERENCES town.handover (town_id, handover_id)
)
--;
-- The other towns' public keys, each believed only when two people of this town have compared it.
CREATE TABLE town.peer_key (
  town_id text COLLATE "C" NOT NULL,
  peer text COLLATE "C" NOT NULL,
  purpose text NOT NULL,
  public_key bytea NOT NULL,
  pinned_by uuid NOT NULL,
  confirmed_by uuid,
  pinned_at timestamptz NOT NULL,
  CONSTRAINT peer_key_pk PRIMARY KEY (town_id, peer, purpose),
  CONSTRAINT peer_key_purpose CHECK (purpose IN ('seal', 'sign')),
  CONSTRAINT peer_key_two_people CHECK (confirmed_by IS NULL OR confirmed_by <> pinned_by)
)
