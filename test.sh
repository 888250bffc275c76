#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test program. What is given is passed on to them as filters:
#   ./test.sh -class '*KillTests'
# The integration tests run over each engine: SQLite, PostgreSQL, and over HTTP PostgreSQL behind pgbouncer.
# SECRONNA_KILL_ROUNDS sets how often the server is killed under load (100), SECRONNA_NODES_ROUNDS how often one of several
# nodes is killed or paused (6), SECRONNA_DATABASE_KILL_ROUNDS how often PostgreSQL is killed under load (2),
# SECRONNA_ROTATION_ROUNDS how often a server, a node or a command is killed while keys rotate (50),
# SECRONNA_RESTORE_ROUNDS how often a server is killed while it restores an environment, over each engine (8), and
# SECRONNA_PAST_ROUNDS how often the past is compared with a model of it (2).
# SECRONNA_KILL_SEED, SECRONNA_NODES_SEED, SECRONNA_ROTATION_SEED and SECRONNA_RESTORE_SEED repeat the choices of a run that
# printed them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
passed=0 failed=0 skipped=0
log=$(mktemp)
memory=
trap 'rm -rf "$log" "$memory"' EXIT

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0 && passed > 0))
    exit
}

# The end-to-end tests compile libraries that make the disk fail and the clock be wrong, paste the greeting's curl commands,
# run the command line as a native file, and complete its commands in three shells. Node reads exports back. PostgreSQL, its
# pooler and a load balancer are started by the tests themselves, in temporary folders: nothing that is installed here is to
# run by itself.
install_missing() {
    local packages=() privileged=()
    command -v cc >/dev/null || packages+=(gcc libc6-dev)
    command -v curl >/dev/null || packages+=(curl)
    command -v setpriv >/dev/null || packages+=(util-linux)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || packages+=(postgresql)
    command -v pgbouncer >/dev/null || packages+=(pgbouncer)
    command -v haproxy >/dev/null || packages+=(haproxy)
    command -v softhsm2-util >/dev/null || packages+=(softhsm2)
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
    command -v clang >/dev/null || packages+=(clang)
    [[ -e /usr/include/zlib.h ]] || packages+=(zlib1g-dev)
    command -v zsh >/dev/null || packages+=(zsh)
    command -v fish >/dev/null || packages+=(fish)
    command -v script >/dev/null || packages+=(bsdutils)
    ((${#packages[@]})) || return 0
    ((EUID == 0)) || privileged=(sudo -n)
    if command -v apt-get >/dev/null && "${privileged[@]}" true 2>/dev/null; then
        "${privileged[@]}" bash -c "$(declare -f install_quietly); install_quietly \"\$@\"" -- "${packages[@]}"
    else
        echo "Not installed, and tests need them: ${packages[*]}" >&2
    fi
}

# As root, in a shell of its own: while packages are installed, no service may start and Debian makes no cluster. What said
# so before is put back.
install_quietly() {
    policy=/usr/sbin/policy-rc.d clusters=/etc/postgresql-common/createcluster.conf
    put_back() {
        rm -f "$policy"
        cp /usr/share/postgresql-common/createcluster.conf "$clusters" 2>/dev/null || rm -f "$clusters"
        for file in "$policy" "$clusters"; do
            [[ ! -e $file.before ]] || mv -f "$file.before" "$file"
        done
    }
    for file in "$policy" "$clusters"; do
        [[ ! -e $file ]] || cp -p "$file" "$file.before"
    done
    trap put_back EXIT
    mkdir -p "${clusters%/*}"
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
    echo "create_main_cluster = false" >"$clusters"
    export DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1
    apt-get update -q && apt-get install -qy --no-install-recommends "$@"
}

# What Node reads them by, once for each lock file. Nothing of a package runs while it is installed.
install_consumers() (
    cd tests/Consumers || return
    cmp -s package-lock.json node_modules/.installed && return
    npm ci --ignore-scripts --loglevel=error >/dev/null && cp package-lock.json node_modules/.installed
)

# No server of the build stays behind.
build() {
    local locked=()
    [[ ${CI:-} == true ]] && locked=(--locked-mode)
    dotnet restore Secronna.slnx -nodeReuse:false "${locked[@]}" &&
        dotnet build Secronna.slnx -c Release --no-restore -nodeReuse:false -p:UseSharedCompilation=false -v quiet
}

# The command line as it is given to people: the end-to-end tests start this file.
publish() {
    dotnet publish src/Secronna.Cli -c Release -r linux-x64 -nodeReuse:false -p:UseSharedCompilation=false -v quiet || return
    export SECRONNA_TEST_CLI=$PWD/src/Secronna.Cli/bin/Release/net10.0/linux-x64/publish/secronna
}

# Databases are killed by the hundred here, and no power is lost: what a test writes is as safe in memory, where a commit
# need not wait for a disk. The user that PostgreSQL runs as passes through the folder.
use_memory() {
    local free
    free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)
    [[ $(stat -f -c %T /dev/shm 2>/dev/null) == tmpfs ]] && ((free > 4 * 1024 * 1024)) || return 0
    memory=$(mktemp -d /dev/shm/secronna-tests-XXXXXX) && chmod 711 "$memory" || return 0
    # What tests run stands there too.
    if cp /bin/true "$memory" && "$memory/true"; then
        export TMPDIR=$memory
    fi
}

# Runs a program and adds its own totals; one that ends without them, or badly for another reason, is a failure. Begun with
# signals ignored, as in the background or under nohup, it would begin all others so.
run() {
    local status summary count
    env --default-signal "tests/Secronna.$1/bin/Release/net10.0/Secronna.$1" -noColor -showLiveOutput "${@:2}" </dev/null 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    summary=$(grep -E "^ +Secronna\.$1 +Total: [0-9]+" "$log" | tail -1)
    # A program without tests says Total: 0 and no more.
    total() { local number; number=$(sed -nE "s/.* $1: ([0-9]+).*/\1/p" <<<"$summary"); echo "${number:-0}"; }
    local bad=$(($(total Errors) + $(total Failed))) left=$(($(total Skipped) + $(total "Not Run")))
    count=$(total Total)
    if [[ -z $summary ]] || ((status != 0 && bad == 0 && count != 0)); then
        echo "Secronna.$1 ended with exit code $status before its end"
        bad=$((bad + 1)) count=$((count + 1))
    fi
    passed=$((passed + count - bad - left)) failed=$((failed + bad)) skipped=$((skipped + left))
}

install_missing
install_consumers || echo "Not installed, and tests need them: the packages of tests/Consumers" >&2
if ! { build && publish; }; then
    echo "The build failed"
    failed=1
    finish
fi
use_memory
echo "== UnitTests"
run UnitTests "$@"
echo "== IntegrationTests over SQLite"
SECRONNA_TEST_ENGINE=Sqlite run IntegrationTests -trait- Engine=PostgreSql "$@"
echo "== IntegrationTests over PostgreSQL"
SECRONNA_TEST_ENGINE=PostgreSql run IntegrationTests -trait- Engine=Sqlite "$@"
echo "== IntegrationTests over HTTP, PostgreSQL behind pgbouncer"
over_http=()
for room in Access Clients 'Features*' Hosting Http Vault; do
    over_http+=(-namespace "Secronna.IntegrationTests.$room")
done
SECRONNA_TEST_ENGINE=PgBouncer run IntegrationTests -trait- Engine=Sqlite "${over_http[@]}" "$@"
echo "== EndToEndTests"
run EndToEndTests "$@"
finish
