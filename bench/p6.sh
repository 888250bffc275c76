#!/usr/bin/env bash
# P6: master key rotation while a server runs, once with few and once with many versions in each of many projects, timed from
# the beginning to the end that the trail has.
# Target: time grows with projects only; zero version rows written.    usage: bench/p6.sh [projects] [versions each]
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
  echo "P6  $2 projects of $3 versions   $took ms; version rows changed: $written"
  kill "$server_pid" && wait "$server_pid" || true
}

run few "$projects" 1
few=$took
run many "$projects" "$versions"
many=$took
run tenth "$((projects / 10))" "$versions"
echo "P6  $versions versions to 1             $(ratio "$many" "$few") of the time, for as many projects"
echo "P6  $projects projects to $((projects / 10))     $(ratio "$many" "$took") of the time, of as many versions each"
echo "P6  target                    time grows with projects only; zero version rows written"
