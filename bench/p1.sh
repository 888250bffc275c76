#!/usr/bin/env bash
# P1: single reveals a second, each with a durable audit entry, against a bare JSON endpoint in the same run.
# usage: bench/p1.sh [seconds]
. "$(dirname "$0")/lib.sh"
seconds=${1:-15}
need wrk wrk
build
port=$(free_port) bare_port=$(free_port)
start_bare "$bare_port"
start_server "$work/data" "$port"
export BENCH_IDS="$work/ids"
load_secrets 10000 "$BENCH_IDS"
printf 'wrk.method = "POST"\n' >"$work/bare.lua"
bare_run() { wrk -t2 -c64 -d"$1s" --latency -s "$work/bare.lua" "http://127.0.0.1:$bare_port/bare"; }
reveal_run() { wrk -t2 -c64 -d"$1s" --latency -s "$root/bench/reveal.lua" "$SECRONNA_API_URL"; }
bare_run 4 >/dev/null
reveal_run 6 >/dev/null
bare_run "$seconds" >"$work/bare.txt"
reveal_run "$seconds" >"$work/reveal.txt"
bare_run "$seconds" >"$work/bare2.txt"
no_errors "$work/reveal.txt"
bare_rps=$(awk -v a="$(rps "$work/bare.txt")" -v b="$(rps "$work/bare2.txt")" 'BEGIN { printf "%.0f", (a + b) / 2 }')
echo "P1  bare endpoint      $bare_rps requests/s (mean of before and after)"
echo "P1  single reveals     $(rps "$work/reveal.txt") /s   p99 $(p99 "$work/reveal.txt")   (target: p99 <= 25 ms)"
echo "P1  ratio              $(ratio "$(rps "$work/reveal.txt")" "$bare_rps")   (target: >= 0.50)"
