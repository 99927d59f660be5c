#!/bin/sh
# Backs up the database in two halves (docs, "Back up"): the data without the keystore, a new file each
# time, and the keystore, only the latest. The data first: every key it needs is then in the keystore that
# follows, and a key dropped in between is in neither.
#
#   tasuki-backup DATA_FOLDER KEYSTORE_FOLDER
set -eu
umask 077

[ $# = 2 ] || { echo "usage: tasuki-backup DATA_FOLDER KEYSTORE_FOLDER" >&2; exit 1; }
data=$1 keystore=$2
[ "$data" != "$keystore" ] || { echo "tasuki-backup: the two halves must lie apart" >&2; exit 1; }
# systemd has set these already; by hand they come from the file.
if [ -z "${TASUKI_PG_HOST-}" ]; then
    set -a
    . /etc/tasuki/tasuki.env
    set +a
fi
PGPASSWORD=$(cat "${CREDENTIALS_DIRECTORY:-/etc/tasuki/credentials}/superuser.password")
PGHOST=$TASUKI_PG_HOST PGPORT=$TASUKI_PG_PORT PGUSER=postgres
export PGPASSWORD PGHOST PGPORT PGUSER
stamp=$(date -u +%Y%m%dT%H%M%SZ)

# Under another name until whole: a backup that was cut off never looks like one.
trap 'rm -f "$data/roles.part" "$data/$stamp.roles.new" "$data/$stamp.new" "$keystore/keystore.new"' EXIT
pg_dumpall --roles-only >"$data/roles.part"
grep -E "^(CREATE ROLE|ALTER ROLE|GRANT) .*${TASUKI_PREFIX}_" "$data/roles.part" >"$data/$stamp.roles.new"
pg_dump --format=custom --exclude-table-data=town.keystore --file="$data/$stamp.new" "$TASUKI_PG_DATABASE"
pg_dump --format=custom --data-only --table=town.keystore --file="$keystore/keystore.new" "$TASUKI_PG_DATABASE"
sync "$data/$stamp.new" "$data/$stamp.roles.new" "$keystore/keystore.new"
mv "$data/$stamp.roles.new" "$data/$stamp.roles.sql"
mv "$data/$stamp.new" "$data/$stamp.dump"
mv "$keystore/keystore.new" "$keystore/keystore.dump"
echo "==> $data/$stamp.dump, $data/$stamp.roles.sql, $keystore/keystore.dump"
