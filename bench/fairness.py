"""Prints the tables of bench/fairness.sh: for each attack the victim's p99 in milliseconds, quiet and attacked, and its errors.
usage: fairness.py TABLE.jsonl... (with two tables, the first is the older server's)"""
import json
import statistics
import sys

failed = False

KINDS = ["single reveals", "bulk reveals", "readiness"]
TARGET = 5


def read(path):
    with open(path) as file:
        return {row["attack"]: row for row in map(json.loads, file)}


def cell(row, kind, quiet):
    figures = row[kind]
    ratio = figures["attacked"] / quiet[kind]
    errors = f", {figures['errors']} errors ({figures['kinds']})" if figures["errors"] else ""
    global failed
    # Readiness must not be lost. How long its answer takes is shown, and has no target.
    is_over = (ratio > TARGET and kind != "readiness") or figures["errors"] > 0
    failed = failed or is_over
    mark = " **over**" if is_over else ""
    return f"{figures['attacked']:.1f} ({ratio:.1f} ×){errors}{mark}"


def main():
    tables = [read(path) for path in sys.argv[1:]]
    global failed
    for name, table in zip(["before", "after"] if len(tables) == 2 else [""], tables):
        failed = False
        # One attack's quiet time is too short for a steady p99: the median of all quiet times is compared with.
        quiet = {kind: statistics.median(row[kind]["quiet"] for row in table.values()) for kind in KINDS}
        print(f"\n{name} quiet p99 (median): " + ", ".join(f"{kind} {quiet[kind]:.1f} ms" for kind in KINDS) + "\n")
        print("| attack | " + " | ".join(KINDS) + " | the attacker's answers |")
        print("| --- |" + " --- |" * (len(KINDS) + 1))
        for attack, row in table.items():
            print(f"| {attack} | " + " | ".join(cell(row, kind, quiet) for kind in KINDS) + f" | {row['answers']} |")


main()
# The verdict is about the server of this tree, whose table is the last one.
sys.exit(1 if failed else 0)
