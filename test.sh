#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test program.
#   ./test.sh              an ordinary run: every kind of test, each with few rounds
#   ./test.sh --thorough   all rounds of everything; run it before an issue is called resolved
#   ./test.sh -class '*KillTests'
# Any other argument is a filter that is passed on to the test programs, which then run one after the other.
#
# The integration tests run over each engine: SQLite, PostgreSQL, and over HTTP PostgreSQL behind pgbouncer. An ordinary run
# takes to the pooler only what depends on transactions (trait Pooler=Transactions), and runs tests that need a database but
# would be the same over any (trait Engine=Any) over SQLite only. Two programs run at a time. What measures seconds, memory or
# load (trait Alone=yes) runs afterwards, when nothing else does.
# Before its last line a run lists its slowest 40 tests and its core-minutes by program. An ordinary run may take 15 minutes
# on two idle cores, 24 core-minutes in all.
#
# Variables that set rounds, with their ordinary and their thorough number:
#   SECRONNA_KILL_ROUNDS            12, 100  kills of a server under load
#   SECRONNA_ROTATION_ROUNDS         6, 50   kills of a server, a node or a command while keys rotate
#   SECRONNA_RESTORE_ROUNDS          4, 8    kills of a server that restores an environment, over each engine
#   SECRONNA_NODES_ROUNDS            3, 6    kills and pauses of one of several nodes
#   SECRONNA_DATABASE_KILL_ROUNDS    1, 2    kills of PostgreSQL under load
#   SECRONNA_FUZZ_ROUNDS            60, 300  random inputs of each kind
#   SECRONNA_PAST_ROUNDS             2, 2    comparisons of the past with a model of it
# SECRONNA_KILL_SEED, SECRONNA_NODES_SEED, SECRONNA_ROTATION_SEED, SECRONNA_RESTORE_SEED, SECRONNA_PAST_SEED and
# SECRONNA_SIMULATION_SEED repeat the choices of a run that printed them.
# Test programs that are started by hand read three variables that this script sets: SECRONNA_TEST_THOROUGH=1 for all rounds;
# SECRONNA_TEST_CLI and SECRONNA_TEST_SERVER name the command line's native file and the server to start. Without the two
# the tests start what the build put beside them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# The system that the command line and the server are published for.
readonly system=linux-x64
readonly slowest=40
passed=0 failed=0 skipped=0
memory= lanes=()
results=$(mktemp -d)
trap 'rm -rf "$results" "$memory"' EXIT
trap 'stop INT 130' INT
trap 'stop TERM 143' TERM

thorough=false filters=()
for argument in "$@"; do
    if [[ $argument == --thorough ]]; then thorough=true; else filters+=("$argument"); fi
done
SECRONNA_TEST_THOROUGH=0
! $thorough || SECRONNA_TEST_THOROUGH=1
export SECRONNA_TEST_THOROUGH

# Each lane is a process group of its own: its programs end what they started.
stop() {
    trap '' INT TERM
    ((${#lanes[@]} == 0)) || kill -s "$1" -- "${lanes[@]/#/-}" 2>/dev/null
    wait
    exit "$2"
}

finish() {
    local name passes failures skips
    while read -r name passes failures skips; do
        ((passed += passes, failed += failures, skipped += skips))
    done < <(cat "$results"/*/totals 2>/dev/null)
    report
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0 && passed > 0))
    exit
}

# What took long: tests by seconds, and what the build and the programs cost, with all processes that they started.
report() {
    compgen -G "$results/*/time" >/dev/null || return 0
    printf '\nThe slowest %s tests, in seconds:\n' "$slowest"
    cat "$results"/*/tests 2>/dev/null | sort -rn | head -n "$slowest" |
        sed -e 's/\\&quot;/"/g; s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&apos;/'"'"'/g; s/&amp;/\&/g' | cut -c 1-200
    printf '\nCore-minutes, and minutes by the clock:\n'
    cat "$results"/*/time | awk -F '\t' '
        { cores = ($2 + $3) / 60; printf "%7.1f %7.1f  %s\n", cores, $4 / 60, $1; all += cores }
        END { printf "%7.1f %7.1f  in all\n\n", all, '"$SECONDS"' / 60 }'
}

# The end-to-end tests compile libraries that make the disk fail and the clock be wrong, paste the greeting's curl commands,
# run the command line as a native file, and complete its commands in three shells. Node reads exports back. Python
# verifies the audit trail, with openssl for its signatures where it has no cryptography package. PostgreSQL, its pooler and a
# load balancer are started by the tests themselves, in temporary folders: nothing that is installed here is to run by itself.
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
    command -v python3 >/dev/null || packages+=(python3)
    command -v openssl >/dev/null || packages+=(openssl)
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

# Packages with known advisories fail the run, where the registry can tell. One that publishes no list of advisories answers
# every question with "no vulnerable packages", so it is first asked whether it has such a list.
advisories() {
    local sources source answer
    sources=$(dotnet nuget list source --format short | sed -n 's/^E *\(https[^ ]*\)$/\1/p')
    for source in $sources; do
        if ! curl -fsSL -m 30 "$source" | grep -q '"VulnerabilityInfo/'; then
            echo "advisories unknown: $source publishes no list of them"
            return 0
        fi
    done
    if ! answer=$(timeout 300 dotnet list Secronna.slnx package --vulnerable --include-transitive --no-restore 2>&1); then
        echo "advisories unknown: $(tail -n 1 <<<"$answer")"
    elif grep -q 'has the following vulnerable packages' <<<"$answer"; then
        grep -E 'has the following vulnerable packages|^ +>' <<<"$answer"
        return 1
    fi
}

# What the end-to-end tests start: the command line as it is given to people; and the server with a runtime of its own, compiled
# ahead of time, without the counting of calls that serves a long life. They start it some hundred times, most often for a second.
publish() {
    local quietly=(-c Release -r "$system" -nodeReuse:false -p:UseSharedCompilation=false -v quiet)
    dotnet publish src/Secronna.Cli "${quietly[@]}" &&
        dotnet publish src/Secronna.Server "${quietly[@]}" -p:TieredPGO=false || return
    export SECRONNA_TEST_CLI=$PWD/src/Secronna.Cli/bin/Release/net10.0/$system/publish/secronna
    export SECRONNA_TEST_SERVER=$PWD/src/Secronna.Server/bin/Release/net10.0/$system/publish/secronna-server
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

# measured TITLE COMMAND...: runs it, and notes its cost.
measured() {
    local TIMEFORMAT="$1"$'\t%U\t%S\t%R' place
    place=$(mktemp -d "$results/XXXXXX")
    { time "${@:2}" 2>&1; } 2>"$place/time"
}

# run TITLE PROGRAM FILTER...: runs a program, prints what it said once it has ended, and notes its totals and its cost. A
# program that ends without totals, or badly for another reason, is a failure. Begun with signals ignored, as in the
# background or under nohup, it would begin all others so.
run() {
    local TIMEFORMAT="$1"$'\t%U\t%S\t%R' place status=0 summary count bad left
    local program=Secronna.$2
    place=$(mktemp -d "$results/XXXXXX")
    { time env --default-signal "tests/$program/bin/Release/net10.0/$program" -noColor -showLiveOutput \
        -result-xml "$place/xml" "${@:3}" </dev/null >"$place/log" 2>&1 || status=$?; } 2>"$place/time"
    summary=$(grep -E "^ +$program +Total: [0-9]+" "$place/log" | tail -1)
    # A program without tests says Total: 0 and no more.
    total() { local number; number=$(sed -nE "s/.* $1: ([0-9]+).*/\1/p" <<<"$summary"); echo "${number:-0}"; }
    bad=$(($(total Errors) + $(total Failed))) left=$(($(total Skipped) + $(total "Not Run"))) count=$(total Total)
    if [[ -z $summary ]] || ((status != 0 && bad == 0 && count != 0)); then
        echo "$program ended with exit code $status before its end" >>"$place/log"
        bad=$((bad + 1)) count=$((count + 1))
    fi
    echo "$2 $((count - bad - left)) $bad $left" >"$place/totals"
    [[ ! -e $place/xml ]] || grep -o '<test [^>]*' "$place/xml" |
        sed -nE "s/.* name=\"([^\"]*)\".* time=\"([^\"]*)\".*/\2 \1 [${1//\//\\/}]/p" >"$place/tests"
    # In one go, so that the programs of two lanes are not mixed.
    { echo "== $1"; cat "$place/log"; } | flock "$results" cat
}

# Each kind of run by its name. What is given besides are filters: of those of one kind a test must match one.
unit() { run "UnitTests${alone:-}" UnitTests "$@"; }

over_sqlite() {
    SECRONNA_TEST_ENGINE=Sqlite run "IntegrationTests over SQLite${alone:-}" IntegrationTests -trait- Engine=PostgreSql "$@"
}

over_postgres() {
    $thorough || set -- -trait- Engine=Any "$@"
    SECRONNA_TEST_ENGINE=PostgreSql run "IntegrationTests over PostgreSQL${alone:-}" IntegrationTests -trait- Engine=Sqlite "$@"
}

behind_pooler() {
    local room
    if $thorough; then
        for room in Access Clients 'Features*' Hosting Http Vault; do
            set -- -namespace "Secronna.IntegrationTests.$room" "$@"
        done
    else
        set -- -trait Pooler=Transactions "$@"
    fi
    SECRONNA_TEST_ENGINE=PgBouncer run "IntegrationTests over HTTP, PostgreSQL behind pgbouncer${alone:-}" \
        IntegrationTests -trait- Engine=Sqlite "$@"
}

end_to_end() { run "EndToEndTests${part:-}${alone:-}" EndToEndTests "$@"; }

# Two parts of the end-to-end tests, so that both lanes take about as long. -namespace compares the whole namespace.
readonly second_lane=(-namespace Secronna.EndToEndTests.Clients -namespace Secronna.EndToEndTests.Backup)
readonly not_second_lane=("${second_lane[@]/%-namespace/-namespace-}")
end_to_end_servers() { part=", servers" end_to_end "${not_second_lane[@]}" "$@"; }
end_to_end_clients() { part=", clients and backup" end_to_end "${second_lane[@]}" "$@"; }

# The order of the second lane: the longest first.
run_all() {
    local others=(-trait- Alone=yes) lane
    set -m
    end_to_end_servers "${others[@]}" </dev/null &
    lanes+=($!)
    { trap 'exit 130' INT; for lane in end_to_end_clients over_postgres over_sqlite behind_pooler unit; do "$lane" "${others[@]}"; done; } </dev/null &
    lanes+=($!)
    set +m
    wait "${lanes[@]}"
    alone=", alone"
    over_sqlite -trait Alone=yes
    over_postgres -trait Alone=yes
    ! $thorough || behind_pooler -trait Alone=yes
    end_to_end -trait Alone=yes
}

install_missing
install_consumers || echo "Not installed, and tests need them: the packages of tests/Consumers" >&2
if ! { measured "Build" build && measured "Publishing of what the end-to-end tests start" publish; }; then
    echo "The build failed"
    failed=1
    finish
fi
if ! advisories; then
    echo "Packages have known advisories"
    failed=1
    finish
fi
use_memory
if ((${#filters[@]})); then
    for each in unit over_sqlite over_postgres behind_pooler end_to_end; do "$each" "${filters[@]}"; done
else
    run_all
fi
finish
