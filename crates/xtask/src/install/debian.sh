# Installs one missing thing on Debian or Ubuntu, as root: `compiler` or `postgresql`.
#
# Debian's server package makes and starts a cluster "main" of its own when it is first installed.
# Tasuki wants only the programs. A file in createcluster.d, which the system's own createcluster.conf
# includes, says so for the length of the installation and is removed after it: no configuration of the
# system is changed, none of its clusters touched, and nothing is left running.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update
case "$1" in
compiler)
    apt-get install -y --no-install-recommends build-essential
    ;;
postgresql)
    apt-get install -y --no-install-recommends postgresql-common
    folder=/etc/postgresql-common/createcluster.d
    clean() {
        rm -f "$folder/zz-tasuki.conf"
        rmdir "$folder" 2>/dev/null || true
    }
    trap clean EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    mkdir -p "$folder"
    echo 'create_main_cluster = false' >"$folder/zz-tasuki.conf"
    apt-get install -y --no-install-recommends postgresql postgresql-client
    ;;
esac
