#!/usr/bin/env bash
# P6: master-key rotation while a server runs, with few and with many versions in each project and with fewer projects, timed from
# the beginning to the end that the trail records.
# Target: the time grows with projects only; no version row is written.    usage: bench/p6.sh [projects] [versions per project]
. "$(dirname "$0")/lib.sh"
projects=${1:-10000} versions=${2:-100}
need python3 python3
build

run() { # name projects versions; sets took
  local data="$work/$1" port before
  port=$(free_port)
  start_server "$data" "$port"
  python3 "$root/bench/projects.py" "$2" "$3"
  operate() { Secronna__DataFolder="$data" Secronna__MasterKey__File="$data/master-keys" "$server" "$@"; }
  before=$(python3 "$root/bench/hash-versions.py" "$data/secronna.db")
  operate master-key generate >/dev/null
  operate master-key rotate >/dev/null
  took=$(operate audit | grep '"master_key.rotate"' | sed -E 's/.*"createdAt":"([^"]+)".*/\1/' | while read -r at; do date -u -d "$at" +%s%6N; done | paste -sd' ' | awk '{ printf "%d", ($2 - $1) / 1000 }')
  [[ $before == "$(python3 "$root/bench/hash-versions.py" "$data/secronna.db")" ]] && written="none" || written="NOT none"
  echo "P6  $2 projects with $3 versions each   $took ms; version rows changed: $written"
  kill "$server_pid" && wait "$server_pid" || true
}

run few "$projects" 1
few=$took
run many "$projects" "$versions"
many=$took
run tenth "$((projects / 10))" "$versions"
echo "P6  $versions versions per project compared with 1     $(ratio "$many" "$few") times as long"
echo "P6  $projects projects compared with $((projects / 10))     $(ratio "$many" "$took") times as long"
echo "P6  target                    the time grows with projects only; no version row is written"
