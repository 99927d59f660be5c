#!/bin/sh
# Makes a PostgreSQL cluster of its own for Tasuki and locks it down (no TCP, SCRAM for everybody, a log
# that holds no value), then makes roles, database and schema by `tasuki install`. May be repeated: what is
# there stays, settings are written anew. After an upgrade of the package run it again.
#
#   tasuki-postgresql-setup                 everything
#   tasuki-postgresql-setup --cluster-only  not `tasuki install`: before a restore
set -eu

# The tools that become postgres cannot always stay in the caller's folder.
cd /
settings=/etc/tasuki/tasuki.env
credentials=/etc/tasuki/credentials
cluster=tasuki

say() { echo "==> $*"; }
fail() { echo "tasuki-postgresql-setup: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "run it as root"
case "${1-}" in "" | --cluster-only) ;; *) fail "unknown argument $1" ;; esac
[ -r "$settings" ] || fail "$settings is missing: it comes with the package"
command -v pg_createcluster >/dev/null || fail "pg_createcluster is missing: install postgresql 15 or newer"
set -a
. "$settings"
set +a
case "$TASUKI_PG_HOST" in /*) ;; *) fail "TASUKI_PG_HOST must be a folder: there is no TCP" ;; esac

# 48 or 64 random hexadecimal digits that only root reads; what exists is never replaced.
secret() {
    [ -s "$credentials/$1" ] && return
    (umask 077 && od -An -v -tx1 -N"$2" /dev/urandom | tr -d ' \n' >"$credentials/$1.new")
    mv "$credentials/$1.new" "$credentials/$1"
}
install -d -o root -g root -m 0700 "$credentials"
existing=$(pg_lsclusters -h | awk -v name="$cluster" '$2 == name { print $1; exit }')
if [ -n "$existing" ] && [ ! -s "$credentials/superuser.password" ]; then
    fail "cluster $existing/$cluster exists but $credentials/superuser.password does not: restore that file"
fi
secret installation.key 32
secret superuser.password 24

# The socket's folder, now and after each start of the machine (tmpfiles.d).
install -d -o postgres -g tasuki -m 0710 "$TASUKI_PG_HOST"

version=$existing
if [ -z "$version" ]; then
    version=$(ls /usr/lib/postgresql | grep -E '^[0-9]+$' | sort -n | tail -1)
    [ "${version:-0}" -ge 15 ] || fail "PostgreSQL 15 or newer is needed"
    say "making PostgreSQL cluster $version/$cluster"
    # initdb runs as postgres and must read the password once.
    once=$(mktemp)
    trap 'rm -f "$once"' EXIT
    cat "$credentials/superuser.password" >"$once"
    chown postgres "$once"
    pg_createcluster --port "$TASUKI_PG_PORT" --socketdir "$TASUKI_PG_HOST" --start-conf auto \
        --encoding UTF8 --locale C.UTF-8 "$version" "$cluster" -- --data-checksums \
        --pwfile="$once" --auth-local=scram-sha-256 --auth-host=reject
    rm -f "$once"
fi

etc=/etc/postgresql/$version/$cluster
say "writing $etc/conf.d/tasuki.conf and $etc/pg_hba.conf"
cat >"$etc/conf.d/tasuki.conf" <<EOF
# Written by tasuki-postgresql-setup; sizes for your machine go into zz-local.conf beside it.
listen_addresses = ''
ssl = off
unix_socket_directories = '$TASUKI_PG_HOST'
port = $TASUKI_PG_PORT
password_encryption = scram-sha-256
shared_buffers = 512MB
# 8 connections a town at most, 14 towns, and the platform's own.
max_connections = 200
max_locks_per_transaction = 128
max_wal_size = 2GB
wal_compression = on
jit = off
# An error is one terse line without the statement or the value that caused it.
log_statement = none
log_min_error_statement = panic
log_min_duration_statement = -1
log_min_duration_sample = -1
log_transaction_sample_rate = 0
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_duration = off
debug_print_parse = off
debug_print_rewritten = off
debug_print_plan = off
EOF
cat >"$etc/pg_hba.conf" <<EOF
# Written by tasuki-postgresql-setup. Unix socket only; every role by SCRAM; nobody else.
local "$TASUKI_PG_DATABASE" +${TASUKI_PREFIX}_town scram-sha-256
local "$TASUKI_PG_DATABASE" ${TASUKI_PREFIX}_coop,${TASUKI_PREFIX}_seq,${TASUKI_PREFIX}_log,${TASUKI_PREFIX}_watch scram-sha-256
local all postgres scram-sha-256
local all all reject
host all all all reject
EOF
chown postgres:postgres "$etc/conf.d/tasuki.conf" "$etc/pg_hba.conf"
chmod 0640 "$etc/pg_hba.conf"

if pg_lsclusters -h | awk -v name="$cluster" '$2 == name && $4 ~ /^online/ { found = 1 } END { exit !found }'; then
    pg_ctlcluster "$version" "$cluster" reload
    say "PostgreSQL reloaded; settings of memory and connections need: pg_ctlcluster $version $cluster restart"
else
    pg_ctlcluster "$version" "$cluster" start
    say "PostgreSQL started"
fi

if [ "${1-}" = --cluster-only ]; then
    exit 0
fi
say "making or updating roles, database and schema"
TASUKI_SECRET_FILE=$credentials/installation.key \
    TASUKI_PG_PASSWORD_FILE=$credentials/superuser.password \
    TASUKI_KEYS=/var/lib/tasuki/keys \
    tasuki install
say "done. Back up $credentials apart from the database: docs, 'Back up'"
