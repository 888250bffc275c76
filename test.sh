#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test program. What is given is passed on to them as filters:
#   ./test.sh -class '*KillTests'
# SECRONNA_KILL_ROUNDS sets how often the server is killed under load (100), SECRONNA_NODES_ROUNDS how often one of several
# nodes is killed or paused (6), SECRONNA_DATABASE_KILL_ROUNDS how often PostgreSQL is killed under load (2).
# SECRONNA_KILL_SEED and SECRONNA_NODES_SEED repeat the choices of a run that printed them.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
programs=(UnitTests IntegrationTests EndToEndTests)
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0 && passed > 0))
    exit
}

# The end-to-end tests compile libraries that make the disk fail and the clock be wrong, and paste the greeting's curl
# commands. PostgreSQL and its pooler are started by the tests themselves, in temporary folders.
install_missing() {
    local packages=() privileged=()
    command -v cc >/dev/null || packages+=(gcc libc6-dev)
    command -v curl >/dev/null || packages+=(curl)
    command -v setpriv >/dev/null || packages+=(util-linux)
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || packages+=(postgresql)
    command -v pgbouncer >/dev/null || packages+=(pgbouncer)
    command -v haproxy >/dev/null || packages+=(haproxy)
    ((${#packages[@]})) || return 0
    ((EUID == 0)) || privileged=(sudo -n)
    export DEBIAN_FRONTEND=noninteractive
    if command -v apt-get >/dev/null && "${privileged[@]}" true 2>/dev/null; then
        "${privileged[@]}" apt-get update -q && "${privileged[@]}" apt-get install -qy --no-install-recommends "${packages[@]}"
    else
        echo "Not installed, and tests need them: ${packages[*]}" >&2
    fi
}

# No server of the build stays behind.
build() {
    local locked=()
    [[ ${CI:-} == true ]] && locked=(--locked-mode)
    dotnet restore Secronna.slnx -nodeReuse:false "${locked[@]}" &&
        dotnet build Secronna.slnx -c Release --no-restore -nodeReuse:false -p:UseSharedCompilation=false -v quiet
}

# Adds a program's own totals; one that ends without them, or badly for another reason, is a failure.
run() {
    local status summary count
    "tests/Secronna.$1/bin/Release/net10.0/Secronna.$1" -noColor -showLiveOutput "${@:2}" </dev/null 2>&1 | tee "$log"
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
if ! build; then
    echo "The build failed"
    failed=1
    finish
fi
for program in "${programs[@]}"; do
    echo "== $program"
    run "$program" "$@"
done
finish
