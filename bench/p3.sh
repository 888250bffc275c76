#!/usr/bin/env bash
# P3: the time of revealing an environment of 100 secrets in one request, compared with a single reveal in the same run.
# usage: bench/p3.sh
. "$(dirname "$0")/lib.sh"

need wrk wrk
build
port=$(free_port)
start_server "$work/data" "$port"
export BENCH_IDS="$work/ids"
load_secrets 100 "$BENCH_IDS"
environment=$(head -1 "$work/environments")
cat >"$work/bulk.lua" <<LUA
wrk.method = "POST"
wrk.path = "/api/v1/environments/$environment/reveal"
wrk.headers["Authorization"] = "Bearer $SECRONNA_TOKEN"
LUA
single_run() { wrk -t1 -c1 -d"$1s" -s "$root/bench/reveal.lua" "$SECRONNA_API_URL"; }
bulk_run() { wrk -t1 -c1 -d"$1s" -s "$work/bulk.lua" "$SECRONNA_API_URL"; }
single_run 4 >/dev/null
bulk_run 4 >/dev/null
single_run 8 >"$work/single.txt"
bulk_run 8 >"$work/bulk.txt"
no_errors "$work/single.txt"
no_errors "$work/bulk.txt"
before=$(api GET '/audit?limit=1' | grep -o '"sequence":[0-9]*' | cut -d: -f2)
api POST "/environments/$environment/reveal" >/dev/null
after=$(api GET '/audit?limit=1' | grep -o '"sequence":[0-9]*' | cut -d: -f2)
single=$(awk -v r="$(rps "$work/single.txt")" 'BEGIN { printf "%.3f", 1000 / r }')
bulk=$(awk -v r="$(rps "$work/bulk.txt")" 'BEGIN { printf "%.3f", 1000 / r }')
echo "P3  a single reveal                 $single ms"
echo "P3  an environment of 100 secrets   $bulk ms"
echo "P3  ratio                           $(ratio "$bulk" "$single")   (target: <= 4)"
echo "P3  audit entries per request       $((after - before))   (target: 100)"
