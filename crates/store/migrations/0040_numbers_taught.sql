-- Which record of which source taught a number of another system (統合キーマスタ): when the record no longer says it,
-- the number ends. Numbers from before are nobody's to take back but a person's. And why a person moved a number from
-- one to another, sealed under the key of the load that had the record then: a later file of it has another.
-- role: owner

ALTER TABLE town.identifier ADD COLUMN source text, ADD COLUMN record_key bytea
--;
ALTER TABLE town.link_task ADD COLUMN reason bytea, ADD COLUMN reason_upload_id uuid
