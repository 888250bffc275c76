#!/usr/bin/env bash
# All benches, one after the other.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
for bench in p1 p1-postgres p2 p3 p4 p5 p6 p8 p9 restore sdk timing; do "$here/$bench.sh"; done
