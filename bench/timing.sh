#!/usr/bin/env bash
# Measures whether the duration of a request reveals that a resource is hidden rather than absent, or that a key prefix is known.
# Prints Welch's t for each pair. The first pair is a control that cannot differ; the last one is a control that must differ.
# usage: bench/timing.sh [samples]
. "$(dirname "$0")/lib.sh"

build
port=$(free_port)
export Secronna__Limits__FailedAuthenticationsPerMinute=0 Secronna__Limits__RefusalsPerMinute=0
start_server "$work/data" "$port"
export Secronna__DataFolder=$work/data Secronna__MasterKey__File=$work/data/master-keys
"$server" workspace allow acc_other >/dev/null
other=$("$server" api-key create --workspace acc_other --name bench | tail -1)
python3 "$root/bench/timing.py" "${1:-4000}" "$other"
