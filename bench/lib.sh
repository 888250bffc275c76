# Functions that the benchmarks share: build, start servers, load data. Source this file; don't run it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT

need() { # program package; installs the package if the program is missing
  command -v "$1" >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >/dev/null; }
}

build() {
  dotnet build -c Release -v q --nologo "$root/src/Secronna.Server" >/dev/null
  dotnet build -c Release -v q --nologo "$root/bench/BareEndpoint" >/dev/null
  server="$root/src/Secronna.Server/bin/Release/net10.0/secronna-server"
  bare="$root/bench/BareEndpoint/bin/Release/net10.0/bare-endpoint"
}

wait_for() { # url
  for _ in $(seq 200); do curl -sf -o /dev/null "$1" && return 0; sleep 0.05; done
  echo "no answer from $1" >&2
  return 1
}

# The benches measure what the server can do, not what its shares allow one credential.
for limit in RequestsPerMinute RevealsPerMinute RevealsPerMinutePerWorkspace WritesPerMinute WritesPerMinutePerWorkspace \
  WriteBytesPerMinute WriteBytesPerMinutePerWorkspace; do
  export "Secronna__Limits__$limit=0"
done

start_server() { # folder port; sets SECRONNA_API_URL, SECRONNA_TOKEN, server_pid
  "$server" dev --data "$1" --port "$2" >"$work/server.log" 2>&1 &
  server_pid=$!
  pids+=("$server_pid")
  wait_for "http://127.0.0.1:$2/health/ready"
  # shellcheck disable=SC1091
  . "$1/dev.env"
  export SECRONNA_API_URL SECRONNA_TOKEN
}

start_bare() { # port
  ASPNETCORE_URLS="http://127.0.0.1:$1" "$bare" >/dev/null 2>&1 &
  pids+=("$!")
  for _ in $(seq 200); do curl -s -o /dev/null -X POST "http://127.0.0.1:$1/" && return 0; sleep 0.05; done
  return 1
}

free_port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])' 2>/dev/null || shuf -i 20000-30000 -n 1; }

api() { # method path [body]
  curl -sf -X "$1" "$SECRONNA_API_URL/api/v1$2" -H "Authorization: Bearer $SECRONNA_TOKEN" ${3:+-H 'Content-Type: application/json' --data-binary "$3"}
}

first_id() { sed -E 's/.*"data":\{"id":"([^"]+)".*/\1/'; }

# Writes COUNT secrets of 64 bytes in batches of 500 to environments of at most 5,000 secrets, and their ids to a file.
load_secrets() { # count ids-file
  local count=$1 ids=$2 project environment made=0
  project=$(api POST /projects '{"name":"Bench"}' | first_id)
  : >"$ids"
  while ((made < count)); do
    if ((made % 5000 == 0)); then
      environment=$(api POST "/projects/$project/environments" "{\"name\":\"bench $((made / 5000))\"}" | first_id)
      echo "$environment" >>"$work/environments"
    fi
    local size=$((count - made < 500 ? count - made : 500))
    awk -v from="$made" -v size="$size" 'BEGIN {
      value = "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
      printf "{\"secrets\":["
      for (i = 0; i < size; i++) printf "%s{\"key\":\"BENCH_KEY_%07d\",\"value\":\"%s\"}", (i ? "," : ""), from + i, value
      printf "]}"
    }' >"$work/batch.json"
    api POST "/environments/$environment/secrets/batch" "@$work/batch.json" | grep -o 'sec_[0-9a-z]*' >>"$ids"
    made=$((made + size))
  done
}

# Writes COUNT secrets as load_secrets does, but over several connections, which is many times faster.
load_versions() { # count ids-file
  local count=$1 ids=$2 project i
  project=$(api POST /projects '{"name":"Bench"}' | first_id)
  for ((i = 0; i < 10; i++)); do
    awk -v from="$((i * 500))" 'BEGIN {
      value = "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
      printf "{\"secrets\":["
      for (i = 0; i < 500; i++) printf "%s{\"key\":\"BENCH_KEY_%07d\",\"value\":\"%s\"}", (i ? "," : ""), from + i, value
      printf "]}"
    }' >"$work/batch-$i.json"
  done
  for ((i = 0; i < (count + 4999) / 5000; i++)); do
    echo "$(api POST "/projects/$project/environments" "{\"name\":\"bench $i\"}" | first_id)"
  done >"$work/environments"
  while read -r environment; do
    for ((i = 0; i < 10; i++)); do echo "$environment $work/batch-$i.json"; done
  done <"$work/environments" | head -n "$(((count + 499) / 500))" >"$work/batches"
  export -f api
  # Each request writes to a file of its own, because lines from several processes in one file would run into each other.
  xargs -P 4 -L 1 bash -c 'api POST "/environments/$0/secrets/batch" "@$1" | grep -o "sec_[0-9a-z]*" >"${1%/*}/ids-$0-${1##*/}"' <"$work/batches"
  cat "$work"/ids-env_* >"$ids"
}

rps() { sed -n 's/^Requests\/sec: *//p' "$1"; }
p99() { sed -n 's/^ *99% *//p' "$1"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
no_errors() { ! grep -E 'Non-2xx|Socket errors' "$1"; }

median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) }'; }

# wrk prints a latency as 950.00us, 12.34ms or 1.20s; this prints milliseconds.
milliseconds() { sed -E 's/^([0-9.]+)us$/\1 0.001/; s/^([0-9.]+)ms$/\1 1/; s/^([0-9.]+)s$/\1 1000/' | awk '{ printf "%.2f\n", $1 * $2 }'; }

# Sends the very same requests to the server and to the bare endpoint, in turns. Prints the medians of the rates and their ratio.
against_bare() { # name seconds-of-a-round script bare-url server-url
  local name=$1 seconds=$2 round
  load() { wrk -t2 -c64 -d"$1s" --latency -s "$2" "$3"; }
  load 5 "$3" "$4" >/dev/null
  load 20 "$3" "$5" >/dev/null
  for round in 1 2 3 4 5; do
    load "$seconds" "$3" "$5" >"$work/ours-$round.txt"
    load "$seconds" "$3" "$4" >"$work/bare-$round.txt"
    no_errors "$work/ours-$round.txt"
    no_errors "$work/bare-$round.txt"
  done
  local bare slowest
  ours=$(for round in 1 2 3 4 5; do rps "$work/ours-$round.txt"; done | median)
  bare=$(for round in 1 2 3 4 5; do rps "$work/bare-$round.txt"; done | median)
  slowest=$(for round in 1 2 3 4 5; do p99 "$work/ours-$round.txt" | milliseconds; done | median)
  echo "$name  bare endpoint   $bare requests/s (median of 5 rounds)"
  echo "$name  server          $ours /s, p99 $slowest ms (medians of 5 rounds)"
  echo "$name  ratio           $(ratio "$ours" "$bare")"
}
