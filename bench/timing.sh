#!/usr/bin/env bash
# Measures whether the time of an answer tells an absent thing from a hidden one, or a known key prefix from an unknown one.
# Prints Welch's t for each pair. The first pair is a control that can't differ; the last is a control that does differ.
# usage: bench/timing.sh [samples]
. "$(dirname "$0")/lib.sh"

build
port=$(free_port)
export Secronna__Limits__FailedAuthenticationsPerMinute=0
start_server "$work/data" "$port"
export Secronna__DataFolder=$work/data Secronna__MasterKey__File=$work/data/master-keys
"$server" workspace allow acc_other >/dev/null
other=$("$server" api-key create --workspace acc_other --name bench | tail -1)
python3 "$root/bench/timing.py" "${1:-4000}" "$other"
