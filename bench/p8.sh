#!/usr/bin/env bash
# P8: with many secrets, the time from the start of `serve` to readiness, and the resident memory then and after reveals.
# usage: bench/p8.sh [secrets] [reveals]     (target sizes: 1000000 1000000)
. "$(dirname "$0")/lib.sh"
secrets=${1:-200000} reveals=${2:-1000000}
need wrk wrk
build
port=$(free_port)
start_server "$work/data" "$port"
export BENCH_IDS="$work/ids"
load_secrets "$secrets" "$BENCH_IDS"
kill "$server_pid" && wait "$server_pid" || true
resident() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$server_pid/status"; }
peak() { awk '/^VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$server_pid/status"; }
export Secronna__DataFolder="$work/data" Secronna__MasterKey__File="$work/data/master-keys"
for round in 1 2 3; do
  began=$(date +%s%N)
  "$server" serve --urls "http://127.0.0.1:$port" >"$work/serve.log" 2>&1 &
  server_pid=$!
  pids+=("$server_pid")
  until curl -sf -o /dev/null "http://127.0.0.1:$port/health/ready"; do sleep 0.01; done
  echo "P8  start to ready, $secrets secrets   $((($(date +%s%N) - began) / 1000000)) ms   (target: <= 500)"
  ((round == 3)) || { kill "$server_pid" && wait "$server_pid" || true; }
done
echo "P8  resident after the start           $(resident) MB   (target: <= 200)"
# wrk runs for a duration, not for a number of requests, so it runs in steps until the number is reached.
done_reveals=0
while ((done_reveals < reveals)); do
  wrk -t2 -c64 -d10s -s "$root/bench/reveal.lua" "http://127.0.0.1:$port" >"$work/reveals.txt"
  no_errors "$work/reveals.txt"
  done_reveals=$((done_reveals + $(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$work/reveals.txt")))
done
echo "P8  resident after $done_reveals reveals   $(resident) MB, peak $(peak) MB   (target: <= 200)"
