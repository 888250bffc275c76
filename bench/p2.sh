#!/usr/bin/env bash
# P2: durable PUTs per second, compared with the bare endpoint, which reads the same body, in the same run.
# Target: ratio >= 0.20.    usage: bench/p2.sh [seconds of a round]
. "$(dirname "$0")/lib.sh"
need wrk wrk
build
port=$(free_port) bare_port=$(free_port)
start_bare "$bare_port"
start_server "$work/data" "$port"
project=$(api POST /projects '{"name":"Bench"}' | first_id)
environment=$(api POST "/projects/$project/environments" '{"name":"puts"}' | first_id)
export BENCH_PATH="/api/v1/environments/$environment/secrets"
against_bare P2 "${1:-5}" "$root/bench/put.lua" "http://127.0.0.1:$bare_port" "$SECRONNA_API_URL"
echo "P2  target          ratio >= 0.20"
