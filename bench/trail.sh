#!/usr/bin/env bash
# T1 to T3: bytes on disk for an entry, processor time of the followers for an entry, and the time of a page of the trail, with
# 10,000 entries and with many. The entries are made by the program's own writer.    usage: bench/trail.sh [entries]
. "$(dirname "$0")/lib.sh"
dotnet build -c Release -v q --nologo "$root/bench/TrailBench" >/dev/null
"$root/bench/TrailBench/bin/Release/net10.0/trail-bench" "$work/trail" "${1:-1000000}"
