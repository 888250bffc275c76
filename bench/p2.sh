#!/usr/bin/env bash
# P2: durable PUTs a second against the bare endpoint taking the same body, in the same run.
# usage: bench/p2.sh [seconds]
. "$(dirname "$0")/lib.sh"
seconds=${1:-15}
need wrk wrk
build
port=$(free_port) bare_port=$(free_port)
start_bare "$bare_port"
start_server "$work/data" "$port"
project=$(api POST /projects '{"name":"Bench"}' | first_id)
environment=$(api POST "/projects/$project/environments" '{"name":"puts"}' | first_id)
bare_run() { BENCH_PATH=/bare wrk -t2 -c64 -d"$1s" --latency -s "$root/bench/put.lua" "http://127.0.0.1:$bare_port"; }
put_run() { BENCH_PATH="/api/v1/environments/$environment/secrets" wrk -t2 -c64 -d"$1s" --latency -s "$root/bench/put.lua" "$SECRONNA_API_URL"; }
bare_run 4 >/dev/null
put_run 6 >/dev/null
bare_run "$seconds" >"$work/bare.txt"
put_run "$seconds" >"$work/put.txt"
bare_run "$seconds" >"$work/bare2.txt"
no_errors "$work/put.txt"
bare_rps=$(awk -v a="$(rps "$work/bare.txt")" -v b="$(rps "$work/bare2.txt")" 'BEGIN { printf "%.0f", (a + b) / 2 }')
echo "P2  bare endpoint      $bare_rps requests/s (mean of before and after)"
echo "P2  durable PUTs       $(rps "$work/put.txt") /s   p99 $(p99 "$work/put.txt")"
echo "P2  ratio              $(ratio "$(rps "$work/put.txt")" "$bare_rps")   (target: >= 0.20)"
