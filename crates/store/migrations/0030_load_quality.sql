-- What a loaded file was like: numbers of cells in the clear, lines and values sealed under the load's key and gone
-- with it; who has seen the report. A reject says what became of it. A correction is a load that brings the
-- rejected lines of an earlier one.
-- role: owner

CREATE TABLE town.load_quality (
  town_id text COLLATE "C" NOT NULL,
  load_id uuid NOT NULL,
  counts jsonb NOT NULL,
  findings bytea NOT NULL,
  signed_by uuid,
  signed_at timestamptz,
  remark bytea,
  CONSTRAINT load_quality_pk PRIMARY KEY (town_id, load_id),
  CONSTRAINT load_quality_signed CHECK ((signed_by IS NULL) = (signed_at IS NULL))
)
--;
ALTER TABLE town.load_quality ENABLE ROW LEVEL SECURITY
--;
ALTER TABLE town.load_quality FORCE ROW LEVEL SECURITY
--;
CREATE POLICY own ON town.load_quality TO {p}_town USING (town_id = substr(current_user::text, {n})) WITH CHECK (town_id = substr(current_user::text, {n}))
--;
GRANT SELECT, INSERT, UPDATE ON town.load_quality TO {p}_town
--;
ALTER TABLE town.load_quality ALTER COLUMN town_id SET STATISTICS 0
--;
ALTER TABLE town.load ADD COLUMN corrects uuid
--;
ALTER TABLE town.reject ADD COLUMN record_key bytea, ADD COLUMN state text NOT NULL DEFAULT 'open', ADD COLUMN settled_by uuid, ADD CONSTRAINT reject_state CHECK (state IN ('open', 'corrected', 'superseded') AND (state = 'open') = (settled_by IS NULL))
--;
GRANT UPDATE ON town.reject TO {p}_town
--;
DROP INDEX town.load_same_file
--;
CREATE UNIQUE INDEX load_same_file ON town.load (town_id, source, file_index, layout_digest, as_of) WHERE state = 'loaded' AND corrects IS NULL
