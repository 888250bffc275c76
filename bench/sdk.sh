#!/usr/bin/env bash
# The .NET client: the time of fetching an environment of 100 secrets, compared with one reveal by the same client in the same run.
# usage: bench/sdk.sh [rounds]
. "$(dirname "$0")/lib.sh"
build
dotnet build -c Release -v q --nologo "$root/bench/ClientBench" >/dev/null
start_server "$work/data" "$(free_port)"
load_secrets 100 "$work/ids"
"$root/bench/ClientBench/bin/Release/net10.0/client-bench" "$(head -1 "$work/environments")" "$(head -1 "$work/ids")" "${1:-1000}"
