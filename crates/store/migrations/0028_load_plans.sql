-- Plans of loads: what a file would change, bound to what it was compared with, used once. And what a load needs
-- to be rolled back: the instant by which everything it wrote and closed is known, and each link task as it
-- stood before.
-- role: owner

CREATE TABLE town.load_plan (
  town_id text COLLATE "C" NOT NULL,
  plan_id uuid NOT NULL,
  upload_id uuid NOT NULL,
  source text NOT NULL,
  as_of date NOT NULL,
  layout_digest bytea NOT NULL,
  profile_id uuid NOT NULL,
  base_load_id uuid,
  same_load_id uuid,
  state text NOT NULL,
  outcome jsonb,
  fault bytea,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  applied_at timestamptz,
  load_id uuid,
  CONSTRAINT load_plan_pk PRIMARY KEY (town_id, plan_id),
  CONSTRAINT load_plan_state CHECK (state IN ('running', 'ready', 'failed')),
  CONSTRAINT load_plan_upload_fk FOREIGN KEY (town_id, upload_id) REFERENCES town.upload (town_id, upload_id)
)
--;
ALTER TABLE town.load_plan ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.load_plan FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.load_plan TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT, UPDATE, DELETE ON town.load_plan TO {p}_town
--;
ALTER TABLE town.load_plan ALTER COLUMN town_id SET STATISTICS 0
--;
CREATE TABLE town.link_task_before (
  town_id text COLLATE "C" NOT NULL,
  load_id uuid NOT NULL,
  link_task_id uuid NOT NULL,
  was_load_id uuid NOT NULL,
  upload_id uuid NOT NULL,
  line integer NOT NULL,
  row_hash bytea NOT NULL,
  state text NOT NULL,
  decided_at timestamptz,
  body bytea NOT NULL,
  CONSTRAINT link_task_before_pk PRIMARY KEY (town_id, load_id, link_task_id)
)
--;
ALTER TABLE town.link_task_before ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.link_task_before FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.link_task_before TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT ON town.link_task_before TO {p}_town
--;
ALTER TABLE town.link_task_before ALTER COLUMN town_id SET STATISTICS 0
--;
ALTER TABLE town.load
  ADD COLUMN plan_id uuid,
  ADD COLUMN overridden text[] NOT NULL DEFAULT '{}',
  ADD COLUMN override_reason bytea,
  ADD COLUMN recorded_at timestamptz,
  ADD COLUMN rolled_back_at timestamptz,
  ADD COLUMN rolled_back_by uuid,
  ADD COLUMN rollback_reason bytea
--;
ALTER TABLE town.load DROP CONSTRAINT load_state
--;
ALTER TABLE town.load ADD CONSTRAINT load_state CHECK (state IN ('running', 'loaded', 'unchanged', 'failed', 'rolled_back'))
