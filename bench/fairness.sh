#!/usr/bin/env bash
# Fairness (S31): a victim's p99 of single reveals, reveals of an environment and readiness, quiet and under each attack that
# tests/Secronna.Attacks knows, with the server's default limits. The target is at most 5 times the quiet p99 and no error.
# Before each measurement the same requests run for some seconds, so that the runtime has compiled their code. The attacker runs at
# the lowest priority, because in life it has a machine of its own.
# usage: bench/fairness.sh [--postgres] [--before COMMIT] [ATTACK,ATTACK…]
# With --postgres, the servers are on PostgreSQL, which runs on the same processors, and not on SQLite.
# With --before, the server of that commit is attacked as well, first, by the same program.
. "$(dirname "$0")/lib.sh"
if [[ "${1:-}" == --postgres ]]; then export SECRONNA_FAIRNESS_ENGINE=postgres; shift; fi
before=""
if [[ "${1:-}" == --before ]]; then before=$2; shift 2; fi
export SECRONNA_FAIRNESS_ATTACK="${1:-}"

attack() { # source folder, table
  local published
  published=$(mktemp -d "$work/XXXXXX")
  dotnet publish -c Release -v q --nologo "$1/src/Secronna.Server" -r linux-x64 -o "$published" >/dev/null
  dotnet build -c Release -v q --nologo "$1/tests/Secronna.EndToEndTests" >/dev/null
  SECRONNA_TEST_SERVER=$published/secronna-server SECRONNA_FAIRNESS_TABLE=$2 \
    "$1/tests/Secronna.EndToEndTests/bin/Release/net10.0/Secronna.EndToEndTests" -class '*FairnessTests' >"$work/tests.log" ||
    { cat "$work/tests.log" >&2; exit 1; }
}

# An older commit has not these attacks: they are given to its tests.
give_attacks() { # source folder
  cp -r "$root/tests/"{Secronna.Attacks,Http2,Running} "$1/tests/"
  cp -r "$root/tests/Secronna.EndToEndTests/Fairness" "$1/tests/Secronna.EndToEndTests/"
  rm -rf "$1"/tests/Secronna.Attacks/{bin,obj}
  git -C "$1" checkout -q -- tests/Running
  grep -q Secronna.Attacks "$1/tests/Secronna.EndToEndTests/Secronna.EndToEndTests.csproj" ||
    sed -i '0,/<ProjectReference /s//<ProjectReference Include="..\/Secronna.Attacks\/Secronna.Attacks.csproj" \/>\n    <ProjectReference /' \
      "$1/tests/Secronna.EndToEndTests/Secronna.EndToEndTests.csproj"
}

if [[ -n $before ]]; then
  git -C "$root" worktree add -q --detach "$work/before" "$before"
  trap 'git -C "$root" worktree remove --force "$work/before"; cleanup' EXIT
  give_attacks "$work/before"
  attack "$work/before" "$work/before.jsonl"
fi
attack "$root" "$work/after.jsonl"
python3 "$root/bench/fairness.py" ${before:+"$work/before.jsonl"} "$work/after.jsonl"
