-- 仕事: what people of a town have to do when a transfer has failed, until one of them has spoken with the other
-- town. And items of a handover that were read and refused: the body goes, the decision stays.
-- role: owner

CREATE TABLE town.task (
  town_id text COLLATE "C" NOT NULL,
  task_id uuid NOT NULL,
  kind text NOT NULL,
  handover_id uuid NOT NULL,
  opened_at timestamptz NOT NULL,
  done_by uuid,
  done_at timestamptz,
  completion bytea,
  CONSTRAINT task_pk PRIMARY KEY (town_id, task_id),
  CONSTRAINT task_once UNIQUE (town_id, handover_id, kind),
  CONSTRAINT task_kind CHECK (kind IN ('call_peer')),
  CONSTRAINT task_done_whole CHECK ((done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (completion IS NULL)),
  CONSTRAINT task_handover_fk FOREIGN KEY (town_id, handover_id) REFERENCES town.handover (town_id, handover_id)
)
--;
ALTER TABLE town.task ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.task FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.task TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT, UPDATE ON town.task TO {p}_town
--;
ALTER TABLE town.task ALTER COLUMN town_id SET STATISTICS 0
--;
ALTER TABLE town.handover_item ALTER COLUMN body DROP NOT NULL
--;
ALTER TABLE town.handover_item ADD COLUMN refusal text
--;
ALTER TABLE town.handover_item ADD CONSTRAINT handover_item_refused_is_purged CHECK ((decision = 'refused') = (body IS NULL) AND (decision = 'refused') = (refusal IS NOT NULL))
