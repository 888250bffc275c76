#!/usr/bin/env bash
# P5: the KEK rotation of one project, timed from the new KEK's creation to the end that the audit trail records. It runs once
# alone and once while 64 connections reveal; their rate is compared with the rate before the rotation.
# Target: >= 50,000 data keys per second (SQLite); reveals during it >= 0.5 of their usual rate.    usage: bench/p5.sh [versions]
. "$(dirname "$0")/lib.sh"
versions=${1:-1000000}
need wrk wrk
build
port=$(free_port)
start_server "$work/data" "$port"
load_versions "$versions" "$work/all-ids"
export BENCH_IDS="$work/ids"
shuf -n 10000 "$work/all-ids" >"$BENCH_IDS"
project=$(api GET /projects/by-slug/bench | first_id)

created_at() { sed -nE 's/.*"createdAt":"([^"]+)".*/\1/p'; }
micros() { date -u -d "$1" +%s%6N; }
# The last audit entry of the server's background work, which alone has this actor.
last_background_entry() { api GET "/audit?actorId=secronna-server&limit=1"; }

rotate() { # sets rotation_seconds
  local begin last
  last=$(last_background_entry)
  begin=$(api POST "/projects/$project/keys/rotate" | created_at)
  until [[ $(last_background_entry | created_at) > $begin && $(last_background_entry) != "$last" ]]; do sleep 0.2; done
  rotation_seconds=$(awk -v a="$(micros "$begin")" -v b="$(micros "$(last_background_entry | created_at)")" 'BEGIN { printf "%.2f", (b - a) / 1000000 }')
}

reveals() { wrk -t2 -c64 -d"$1s" --latency -s "$root/bench/reveal.lua" "$SECRONNA_API_URL" >"$2"; }
rate() { awk -v n="$versions" -v s="$1" 'BEGIN { printf "%d", n / s }'; }
verdict() { awk -v a="$1" -v b="$2" 'BEGIN { print (a >= b ? "met" : "NOT met: " a " of " b) }'; }

rotate
alone=$(rate "$rotation_seconds")
echo "P5  rotation alone            $versions data keys in $rotation_seconds s: $alone per second"

reveals 10 "$work/warm.txt"
reveals 15 "$work/usual.txt"
reveals 900 "$work/meanwhile.txt" &
load=$!
rotate
pkill -INT -P "$load" wrk
wait "$load" || true
no_errors "$work/meanwhile.txt"
echo "P5  rotation under reveals    $versions data keys in $rotation_seconds s: $(rate "$rotation_seconds") per second"
echo "P5  reveals usually           $(rps "$work/usual.txt") /s, p99 $(p99 "$work/usual.txt")"
echo "P5  reveals meanwhile         $(rps "$work/meanwhile.txt") /s, p99 $(p99 "$work/meanwhile.txt")"
share=$(ratio "$(rps "$work/meanwhile.txt")" "$(rps "$work/usual.txt")")
echo "P5  ratio of reveals          $share"
echo "P5  target                    50,000 data keys per second alone: $(verdict "$alone" 50000); reveals 0.5 of their usual rate: $(verdict "$share" 0.50)"
