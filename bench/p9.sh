#!/usr/bin/env bash
# P9: single reveals per second on PostgreSQL, each with a durable audit entry, compared with pgbench, which inserts one such
# audit row per transaction in the same cluster and run (prepared, a row for each entry with four indexes, without a counter's
# lock). Then the same load on one node and on two, alternately. 64 connections each.
# Target: ratio >= 0.5; two nodes no slower than one.    usage: bench/p9.sh [seconds]
. "$(dirname "$0")/lib.sh"
. "$root/bench/postgres.sh"
need wrk wrk
seconds=${1:-15}
build
start_postgres
prepare_nodes
one=$(free_port) two=$(free_port)
start_node "$one"
export BENCH_IDS="$work/ids"
load_secrets 10000 "$BENCH_IDS"

# The table that pgbench fills is a trail of one row for each entry, as audit tables usually are, with indexes for its filters. Its
# numbers come from a sequence without a lock.
sql <<'SQL'
CREATE SEQUENCE bench_sequence CACHE 100;
CREATE TABLE bench_entries (
    workspace_id   text COLLATE "C" NOT NULL,
    sequence       bigint NOT NULL,
    id             text COLLATE "C" NOT NULL,
    created_at     bigint NOT NULL,
    actor_type     text COLLATE "C" NOT NULL,
    actor_id       text COLLATE "C" NOT NULL,
    action         text COLLATE "C" NOT NULL,
    outcome        text COLLATE "C" NOT NULL CHECK (outcome IN ('success', 'denied', 'failed')),
    request_id     text COLLATE "C",
    ip             text COLLATE "C",
    user_agent     text COLLATE "C",
    project_id     text COLLATE "C",
    environment_id text COLLATE "C",
    secret_id      text COLLATE "C",
    key            text COLLATE "C",
    path           text COLLATE "C",
    version        bigint,
    target_id      text COLLATE "C",
    name           text COLLATE "C",
    count          bigint,
    details        text COLLATE "C",
    reason         text COLLATE "C"
);

CREATE UNIQUE INDEX bench_by_workspace ON bench_entries (workspace_id, sequence);
CREATE INDEX bench_by_secret ON bench_entries (secret_id, sequence) WHERE secret_id IS NOT NULL;
CREATE INDEX bench_by_actor ON bench_entries (actor_id, workspace_id, sequence);
CREATE INDEX bench_by_trouble ON bench_entries (workspace_id, sequence) WHERE outcome <> 'success';
SQL
cat >"$pg_folder/insert.sql" <<'SQL'
\set secret random(1, 10000)
INSERT INTO bench_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome, request_id, ip,
    user_agent, project_id, environment_id, secret_id, key, path, version)
SELECT 'acc_bench', n, 'aud_01m84hzh17' || lpad(n::text, 16, '0'), now_us(), 'api_key', 'key_01m84hzh174mj81s1rv85mcgmd',
    'secret.reveal', 'success', 'req_01m84hzh17' || lpad(n::text, 16, '0'), '127.0.0.1', NULL,
    'proj_01m84hzh174mj81s1rv85mcgmd', 'env_01m84hzh174mj81s1rv85mcgmd', 'sec_01m84hzh17' || lpad(:secret::text, 16, '0'),
    'BENCH_KEY_' || lpad(:secret::text, 7, '0'), 'bench/bench-0/BENCH_KEY_' || lpad(:secret::text, 7, '0'), 1
FROM nextval('bench_sequence') AS n;
SQL
chmod a+r "$pg_folder/insert.sql"

inserts() { # seconds; prints transactions per second
  pg pgbench -h 127.0.0.1 -p "$pg_port" -U postgres -n -M prepared -c 64 -j 2 -T "$1" -f insert.sql secronna 2>&1 |
    sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

reveals() { # connections seconds file port
  wrk -t"$(($1 / 32))" -c"$1" -d"$2s" --latency -s "$root/bench/reveal.lua" "http://127.0.0.1:$4" >"$work/$3.txt"
  no_errors "$work/$3.txt"
}

both_nodes() { # seconds
  reveals 32 "$1" first "$one" & local first=$!
  reveals 32 "$1" second "$two"
  wait "$first"
}

sum() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.0f", a + b }'; }
mean() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.0f", (a + b) / 2 }'; }
verdict() { awk -v a="$1" -v b="$2" 'BEGIN { print (a >= b ? "met" : "NOT met: " a " of " b) }'; }

inserts 5 >/dev/null
reveals 64 20 warm "$one"
before=$(inserts "$seconds")
reveals 64 "$seconds" one "$one"
after=$(inserts "$seconds")
single=$(rps "$work/one.txt")

# One node and two nodes are measured alternately, so that other load on the machine affects both alike.
start_node "$two"
both_nodes 20
alone=0 double=0 rounds=3
for _ in $(seq "$rounds"); do
  reveals 64 "$seconds" turn "$one"
  alone=$(sum "$alone" "$(rps "$work/turn.txt")")
  both_nodes "$seconds"
  double=$(sum "$double" "$(sum "$(rps "$work/first.txt")" "$(rps "$work/second.txt")")")
done
inserted=$(mean "$before" "$after")
echo "P9  pgbench         $inserted transactions/s (mean of before and after)"
echo "P9  one node        $single /s, p99 $(p99 "$work/one.txt")"
echo "P9  ratio           $(ratio "$single" "$inserted")"
echo "P9  target          ratio >= 0.5: $(verdict "$(ratio "$single" "$inserted")" 0.50)"
echo "P9  two nodes       $((double / rounds)) /s, one node alternately $((alone / rounds)) /s (means of $rounds)"
echo "P9  two to one      $(ratio "$double" "$alone")"
echo "P9  target          two nodes no slower than one: $(verdict "$(ratio "$double" "$alone")" 1.00)"
