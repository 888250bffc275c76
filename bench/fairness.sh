#!/usr/bin/env bash
# Fairness (S31): a victim's p99 of single reveals, reveals of an environment and readiness, quiet and under each attack that
# tests/Secronna.Attacks knows, with the server's default limits. The target is at most 5 times the quiet p99 and no error.
# The attacker runs at the lowest priority, because in life it has a machine of its own.
# usage: bench/fairness.sh [--before COMMIT] [ATTACK,ATTACK…]
# With --before, the server of that commit is attacked as well, first, by the same program.
. "$(dirname "$0")/lib.sh"
before=""
if [[ "${1:-}" == --before ]]; then before=$2; shift 2; fi
export SECRONNA_FAIRNESS_ATTACK="${1:-}"

dotnet build -c Release -v q --nologo "$root/tests/Secronna.EndToEndTests" >/dev/null
tests="$root/tests/Secronna.EndToEndTests/bin/Release/net10.0/Secronna.EndToEndTests"

attack() { # table, program of the server
  SECRONNA_TEST_SERVER=$2 SECRONNA_FAIRNESS_TABLE=$1 "$tests" -class '*FairnessTests' >"$work/tests.log" || { cat "$work/tests.log" >&2; exit 1; }
}

publish() { # source folder, target folder
  dotnet publish -c Release -v q --nologo "$1/src/Secronna.Server" -r linux-x64 -o "$2" >/dev/null
}

if [[ -n $before ]]; then
  git -C "$root" worktree add -q --detach "$work/before" "$before"
  trap 'git -C "$root" worktree remove --force "$work/before"; cleanup' EXIT
  publish "$work/before" "$work/before-server"
  attack "$work/before.jsonl" "$work/before-server/secronna-server"
fi
publish "$root" "$work/server"
attack "$work/after.jsonl" "$work/server/secronna-server"
python3 "$root/bench/fairness.py" ${before:+"$work/before.jsonl"} "$work/after.jsonl"
