#!/usr/bin/env bash
# P4: the time of a command started by `secronna run` with 100 secrets, compared with the command alone. Times whole processes
# alternately, over loopback; also the start of the command line alone, native and on .NET.
# Target: median <= 25 ms more than the command alone.    usage: bench/p4.sh [rounds]
. "$(dirname "$0")/lib.sh"
need clang clang
[[ -e /usr/include/zlib.h ]] || { apt-get update -qq && apt-get install -y -qq zlib1g-dev >/dev/null; }
build
dotnet build -c Release -v q --nologo "$root/src/Secronna.Cli" >/dev/null
dotnet publish -c Release -r linux-x64 -v q --nologo "$root/src/Secronna.Cli" >/dev/null
start_server "$work/data" "$(free_port)"
load_secrets 100 "$work/ids"
export HOME=$work
managed="$root/src/Secronna.Cli/bin/Release/net10.0"
python3 "$root/bench/processes.py" P4 "${1:-300}" \
  "the command alone=/bin/true" \
  "run, native=$managed/linux-x64/publish/secronna run --env $(head -1 "$work/environments") -- /bin/true" \
  "--version, native=$managed/linux-x64/publish/secronna --version" \
  "--version, on .NET=$managed/secronna --version" \
  "run, on .NET=$managed/secronna run --env $(head -1 "$work/environments") -- /bin/true"
echo "P4  target          run, native: median <= 25 ms over the command alone"
