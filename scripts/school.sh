#!/bin/bash
# The long flight school: scripts/school.sh [PROGRAM]
# FLIGHTS=2000 flights from SEED=50001, half of them under instrument flight rules, all with traffic; a third begin in the middle and
# a third have an emergency. Prints the table of docs/school.md in Markdown: a column for each range of seeds, one for all. Causes follow, each
# with a seed that shows it. Without PROGRAM, builds the profile `ci` (PROFILE=release: the shipped one).
# The flights of one range run in one process, as many processes at once as there are cores. The table is left in target/school/table.md.
set -eu
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
program=${1:-}
if [ -z "$program" ]; then
  . scripts/packages.sh
  need_packages build
  need_cargo
  profile=${PROFILE:-ci}
  cargo build --quiet --profile "$profile" --locked --bin stratus
  program=$target/$profile/stratus
fi
mkdir -p "$target/school"
exec python3 scripts/school.py "$program" "${FLIGHTS:-2000}" "${SEED:-50001}" "$target/school/table.md"
