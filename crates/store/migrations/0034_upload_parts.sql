-- Files that come in parts, so that a line that breaks costs no more than the part under way; and the name a file
-- came under, sealed, from which a layout may take its period.
-- role: owner

ALTER TABLE town.upload ADD COLUMN in_parts boolean NOT NULL DEFAULT false
--;
ALTER TABLE town.upload ADD COLUMN file_name bytea
