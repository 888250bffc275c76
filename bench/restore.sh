#!/usr/bin/env bash
# Restores an environment of 5,000 keys in one call, on SQLite and on PostgreSQL, while other clients write through the same node to
# another environment of the same project and to one of another project. Prints the durations of restores, and the latencies of the
# writes meanwhile. There is no target. The longest PUT during a restore shows how long the restore blocks writers.
# usage: bench/restore.sh [keys] [restores] [seconds of writing alone] [bytes per value]
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
