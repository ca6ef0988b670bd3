#!/bin/bash
# Scores `stratus batch` on the examples of tests/cases, and fails below the floor: no error, intents and replies at least
# 97 %, no unsafe accept, every adversarial case. Usage: scripts/score.sh [PROGRAM]
set -eu
cd "$(dirname "$0")/.."
program=${1:-${CARGO_TARGET_DIR:-target}/debug/stratus}
[ -x "$program" ] || cargo build --locked --bin stratus
out=$(mktemp); trap 'rm -f "$out"' EXIT
python3 tests/cases/score.py --data tests/cases tests/cases/fresh tests/cases/beside --cmd "$program batch" --json "$out" --quiet
python3 - "$out" "$program" <<'PY'
import json, subprocess, sys
sys.path.insert(0, "tests/cases")
sys.dont_write_bytecode = True
import score

got = json.load(open(sys.argv[1]))
# The scorer counts {"id":…,"error":…} as a wrong answer; here it is a fault, except for hostile facts that are rejected.
cases = score.load(["tests/cases", "tests/cases/fresh", "tests/cases/beside"], score.KINDS)
lines = [score.question(kind, case) for kind, some in cases.items() for case in some]
hostile = {case["id"] for case in cases.get("adversarial", [])}
answers = score.answers([sys.argv[2], "batch"], lines, "batch", 600)
wrong = ["%s: %s" % (id, a["error"]) for id, a in answers.items() if "error" in a and id not in hostile]
wrong += [f"{kind}: {part['cases'] - part['answered']} cases without an answer" for kind, part in got.items() if part["answered"] != part["cases"]]
if "understand" not in got or "readback" not in got:
    wrong.append("the cases of understand or readback are missing")
else:
    if got["understand"]["intent_accuracy"] < 0.97:
        wrong.append("intents: %.3f, at least 0.970 is wanted" % got["understand"]["intent_accuracy"])
    if got["readback"]["unsafe_accept_rate"]:
        wrong.append("unsafe accepts: %.3f, none is wanted" % got["readback"]["unsafe_accept_rate"])
for kind, floor in (("respond", 0.97), ("adversarial", 1.0)):
    if kind in got and got[kind]["pass_rate"] < floor:
        wrong.append("%s: %.3f, at least %.3f is wanted" % (kind, got[kind]["pass_rate"], floor))
for line in wrong:
    print("below the floor:", line)
sys.exit(bool(wrong))
PY
