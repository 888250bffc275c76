# Functions for benchmarks on PostgreSQL: start a cluster, and nodes on it. Source this file after lib.sh; don't run it.

# PostgreSQL refuses to run as root, so for root it runs as the user postgres, in a folder that belongs to that user.
pg_folder=$(mktemp -d)
pg_port=$(free_port)
as_postgres=()
if ((EUID == 0)); then
  as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
  chown postgres: "$pg_folder"
fi

pg_programs() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -1) || true
  echo "${found:-$(dirname "$(command -v initdb)")}"
}

pg() { (cd "$pg_folder" && "${as_postgres[@]}" "$pg_bin/$1" "${@:2}"); }

stop_postgres() {
  [[ ! -f $pg_folder/data/postmaster.pid ]] || pg pg_ctl -D "$pg_folder/data" -m fast -w stop >/dev/null || true
  rm -rf "$pg_folder"
}

# Uses default settings except for the sizes of memory and log, so that commits are durable: full page writes, one fsync per
# commit.
start_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need initdb postgresql
  pg_bin=$(pg_programs)
  pg initdb -D "$pg_folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  pg pg_ctl -D "$pg_folder/data" -l "$pg_folder/log" -w -o "-p $pg_port -k $pg_folder -c listen_addresses=127.0.0.1 \
    -c max_connections=200 -c shared_buffers=256MB -c max_wal_size=4GB" start >/dev/null
  pg createdb -h 127.0.0.1 -p "$pg_port" -U postgres -T template0 secronna
}

sql() { pg psql -h 127.0.0.1 -p "$pg_port" -U postgres -d secronna -qAtX -v ON_ERROR_STOP=1 "$@"; }

# Sets the nodes' settings, migrates the database, and creates a workspace and an API key in SECRONNA_TOKEN.
prepare_nodes() {
  export Secronna__Storage__Provider=PostgreSql
  export Secronna__Storage__ConnectionString="Host=127.0.0.1;Port=$pg_port;Database=secronna;Username=postgres${PG_MORE:+;$PG_MORE}"
  export Secronna__MasterKey__File="$work/master-keys"
  export Secronna__StateFolder="$work/state"
  (
    cd "$work"
    "$server" master-key generate
    "$server" migrate
    "$server" workspace allow acc_bench
    "$server" api-key create --workspace acc_bench --name bench --json >"$work/key.json"
  ) >/dev/null
  SECRONNA_TOKEN=$(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' "$work/key.json")
  export SECRONNA_TOKEN
}

start_node() { # port; sets SECRONNA_API_URL
  (cd "$work" && exec "$server" serve --urls "http://127.0.0.1:$1" >"$work/node-$1.log" 2>&1) &
  nodes+=("$!")
  wait_for "http://127.0.0.1:$1/health/ready"
  export SECRONNA_API_URL="http://127.0.0.1:$1"
}

nodes=()
stop_nodes() { # call before stop_postgres, because the nodes need the database
  for pid in "${nodes[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  nodes=()
}
trap 'stop_nodes; stop_postgres; cleanup' EXIT
