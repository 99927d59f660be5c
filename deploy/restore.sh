#!/bin/sh
# Restores a database from its two halves (docs, "Restore") into a cluster that has none yet. The server
# must not run; the key folder and the credentials must be in place before it starts again.
#
#   tasuki-restore DATA.dump KEYSTORE.dump      DATA.roles.sql lies beside DATA.dump
set -eu

fail() { echo "tasuki-restore: $*" >&2; exit 1; }

[ $# = 2 ] || fail "usage: tasuki-restore DATA.dump KEYSTORE.dump"
[ "$(id -u)" = 0 ] || fail "run it as root"
data=$1 keystore=$2 roles=${1%.dump}.roles.sql credentials=/etc/tasuki/credentials
for file in "$data" "$keystore" "$roles" "$credentials/installation.key" "$credentials/superuser.password"; do
    [ -s "$file" ] || fail "$file is missing"
done
set -a
. /etc/tasuki/tasuki.env
set +a
# The server makes keys for a town that has none: they would open nothing that was restored.
[ -s /var/lib/tasuki/keys/checkpoint-sign.key ] || fail "the key folder /var/lib/tasuki/keys is not restored yet"
PGPASSWORD=$(cat "$credentials/superuser.password")
PGHOST=$TASUKI_PG_HOST PGPORT=$TASUKI_PG_PORT PGUSER=postgres
export PGPASSWORD PGHOST PGPORT PGUSER

there=$(psql -X -At -d postgres -v name="$TASUKI_PG_DATABASE" <<'EOF'
SELECT count(*) FROM pg_database WHERE datname = :'name';
EOF
)
[ "$there" = 0 ] || fail "database $TASUKI_PG_DATABASE exists: nothing is overwritten. Drop or rename it yourself"
echo "==> roles"
psql -X -q -d postgres -v ON_ERROR_STOP=1 -f "$roles"
echo "==> data"
createdb --template=template0 --encoding=UTF8 --owner="${TASUKI_PREFIX}_owner" "$TASUKI_PG_DATABASE"
pg_restore --exit-on-error --dbname="$TASUKI_PG_DATABASE" "$data"
echo "==> keystore"
pg_restore --exit-on-error --single-transaction --data-only --dbname="$TASUKI_PG_DATABASE" "$keystore"
echo "==> rights and newer migrations"
TASUKI_SECRET_FILE=$credentials/installation.key TASUKI_PG_PASSWORD_FILE=$credentials/superuser.password \
    TASUKI_KEYS=/var/lib/tasuki/keys tasuki install
echo "==> restored. Before the server starts: replay disposals (docs, 'Restore')"
