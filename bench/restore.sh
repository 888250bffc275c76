#!/usr/bin/env bash
# Restores an environment of 5,000 keys in one call, on SQLite and on PostgreSQL, while others write over the same node to
# another environment of the same project and to one of another project. Prints how long it takes, and how long it keeps the
# others waiting. No target; the longest PUT during a restore says for how long the writer is held.
# usage: bench/restore.sh [keys] [restores] [seconds of writing alone] [bytes of a value]
. "$(dirname "$0")/lib.sh"
. "$root/bench/postgres.sh"
need python3 python3
keys=${1:-5000} restores=${2:-10} seconds=${3:-10} size=${4:-64}
build

start_server "$work/data" "$(free_port)"
python3 "$root/bench/restore.py" "SQLite    " "$keys" "$restores" "$seconds" "$size"
kill "$server_pid" && wait "$server_pid" || true

start_postgres
prepare_nodes
start_node "$(free_port)"
python3 "$root/bench/restore.py" "PostgreSQL" "$keys" "$restores" "$seconds" "$size"
