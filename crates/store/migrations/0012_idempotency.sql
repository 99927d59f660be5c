-- Requests that may come twice: for a day, that one was begun, whether its act was committed, and its answer,
-- sealed so that only whoever brings the Idempotency-Key again can open it.
-- role: owner

CREATE TABLE town.idempotency (
  town_id text COLLATE "C" NOT NULL,
  key_index bytea NOT NULL,
  request_mac bytea NOT NULL,
  attempt uuid NOT NULL,
  acted boolean NOT NULL,
  answer bytea,
  claimed_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT idempotency_pk PRIMARY KEY (town_id, key_index)
)
--;
CREATE INDEX idempotency_expiry ON town.idempotency (town_id, expires_at)
--;
ALTER TABLE town.idempotency ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.idempotency FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.idempotency TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON town.idempotency TO {p}_town
--;
ALTER TABLE town.idempotency ALTER COLUMN town_id SET STATISTICS 0
