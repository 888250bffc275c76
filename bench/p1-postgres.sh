#!/usr/bin/env bash
# P1 on SQLite and on PostgreSQL in one run, each compared with the bare endpoint in turns. P1's target is for SQLite.
# PostgreSQL's target is P9; its ratio here and the ratio of the two engines are for comparison.
# Target: SQLite's ratio >= 0.50, p99 <= 12 ms.    usage: bench/p1-postgres.sh [seconds of a round]
. "$(dirname "$0")/lib.sh"
. "$root/bench/postgres.sh"
need wrk wrk
seconds=${1:-5}
build
bare_port=$(free_port)
start_bare "$bare_port"
reveals() { # name ids; uses the server that SECRONNA_API_URL names
  export BENCH_IDS=$2
  load_secrets 10000 "$BENCH_IDS"
  against_bare "$1" "$seconds" "$root/bench/reveal.lua" "http://127.0.0.1:$bare_port" "$SECRONNA_API_URL"
  rate=$ours
}

start_server "$work/data" "$(free_port)"
reveals "P1 SQLite    " "$work/sqlite-ids"
sqlite_rate=$rate
kill "$server_pid" && wait "$server_pid" || true

start_postgres
prepare_nodes
start_node "$(free_port)"
reveals "P1 PostgreSQL" "$work/postgres-ids"
echo "P1 PostgreSQL to SQLite  $(ratio "$rate" "$sqlite_rate")"
echo "P1 target (SQLite)       ratio >= 0.50, p99 <= 12 ms"
