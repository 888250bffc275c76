#!/usr/bin/env bash
# P1: single reveals per second, each with a durable audit entry, compared with a bare JSON endpoint in the same run.
# Target: ratio >= 0.50, p99 <= 25 ms.    usage: bench/p1.sh [seconds]
. "$(dirname "$0")/lib.sh"
need wrk wrk
build
port=$(free_port) bare_port=$(free_port)
start_bare "$bare_port"
start_server "$work/data" "$port"
export BENCH_IDS="$work/ids"
load_secrets 10000 "$BENCH_IDS"
printf 'wrk.method = "POST"\n' >"$work/bare.lua"
against_bare P1 "${1:-15}" "$work/bare.lua" "http://127.0.0.1:$bare_port/bare" "$root/bench/reveal.lua" "$SECRONNA_API_URL"
echo "P1  target          ratio >= 0.50, p99 <= 25 ms"
