-- The operator's requests that may come twice: for a day, that one was begun, and its answer, which tells of towns
-- and their configuration and of no resident.
-- role: owner

CREATE TABLE coop.idempotency (
  key_index bytea NOT NULL,
  request_hash bytea NOT NULL,
  answer bytea,
  claimed_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT coop_idempotency_pk PRIMARY KEY (key_index)
)
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON coop.idempotency TO {p}_coop
