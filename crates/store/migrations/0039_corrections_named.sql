-- Which earlier rejects the lines of a correction stand for, where whoever hands it in says so: a line whose key
-- could not be read cannot be told from another by the platform. Ids and line numbers.
-- role: owner

ALTER TABLE town.load ADD COLUMN settles jsonb NOT NULL DEFAULT '[]'
