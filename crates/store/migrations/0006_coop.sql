-- What all towns share: members and rulebook releases. Read-only to towns.
-- role: owner

CREATE TABLE coop.member (
  town_id text COLLATE "C" NOT NULL,
  slug text NOT NULL,
  name text NOT NULL,
  joined_at timestamptz NOT NULL,
  CONSTRAINT member_pk PRIMARY KEY (town_id),
  CONSTRAINT member_slug_unique UNIQUE (slug)
)
--;
CREATE TABLE coop.release (
  digest bytea NOT NULL,
  rulebook text NOT NULL,
  version text NOT NULL,
  canonical bytea NOT NULL,
  released_at timestamptz NOT NULL,
  CONSTRAINT release_pk PRIMARY KEY (digest)
)
--;
CREATE TABLE coop.token (
  token_id uuid NOT NULL,
  operator_id uuid NOT NULL,
  secret_hash bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CONSTRAINT coop_token_pk PRIMARY KEY (token_id),
  CONSTRAINT coop_token_secret_unique UNIQUE (secret_hash)
)
--;
GRANT SELECT ON coop.member, coop.release TO {p}_town
--;
GRANT SELECT, INSERT, UPDATE ON coop.member, coop.release, coop.token TO {p}_coop
