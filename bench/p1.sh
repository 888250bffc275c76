#!/usr/bin/env bash
# P1: single reveals per second, each with a durable audit entry, compared with a bare JSON endpoint that is sent
# the very same requests in the same run. Target: ratio >= 0.50, p99 <= 12 ms.    usage: bench/p1.sh [seconds of a round]
. "$(dirname "$0")/lib.sh"
need wrk wrk
build
port=$(free_port) bare_port=$(free_port)
start_bare "$bare_port"
start_server "$work/data" "$port"
export BENCH_IDS="$work/ids"
load_secrets 10000 "$BENCH_IDS"
against_bare P1 "${1:-5}" "$root/bench/reveal.lua" "http://127.0.0.1:$bare_port" "$SECRONNA_API_URL"
echo "P1  target          ratio >= 0.50, p99 <= 12 ms"
