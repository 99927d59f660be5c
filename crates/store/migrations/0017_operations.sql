-- Plans of profiles: what a bundle would change, bound to the version in force when it was made, used once.
-- role: owner

CREATE TABLE town.profile_plan (
  town_id text COLLATE "C" NOT NULL,
  plan_id uuid NOT NULL,
  base_profile_id uuid,
  digest bytea NOT NULL,
  bundle bytea NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid NOT NULL,
  applied_at timestamptz,
  CONSTRAINT profile_plan_pk PRIMARY KEY (town_id, plan_id)
)
--;
ALTER TABLE town.profile_plan ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.profile_plan FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.profile_plan TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON town.profile_plan TO {p}_town
--;
ALTER TABLE town.profile_plan ALTER COLUMN town_id SET STATISTICS 0
