#!/usr/bin/env bash
# Runs all benchmarks one after another.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
for bench in p1 p1-postgres p2 p3 p4 p5 p6 p8 p9 trail restore sdk timing; do "$here/$bench.sh"; done
