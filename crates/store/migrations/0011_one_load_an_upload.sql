-- A file is loaded by one load at a time: two that were asked for at once would share one spool, and the
-- second would find it empty.
-- role: owner

CREATE UNIQUE INDEX load_running ON town.load (town_id, upload_id) WHERE state = 'running'
