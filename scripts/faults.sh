#!/bin/bash
# The fault matrix: scripts/faults.sh [WORDS OF A ROW'S NAME…]
# Provokes each fault against the real program in a separate headless desktop (scripts/desk.sh) and prints, per fault, what
# the pilot sees, how long until a call is answered again, what was checked and not lost, and the verdict; then totals. Fails
# if any verdict does. The table is written to target/faults/table.md; docs/reliability.md holds one.
# Some rows need root (a disk that is really full); without it they are skipped, and counted as skipped.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
need_packages build test desktop
need_cargo
profile=${PROFILE:-ci}
target=$(pwd)/${CARGO_TARGET_DIR:-target}
mkdir -p "$target/faults"
# The same program twice: as shipped, and one whose threads panic on request.
cargo build --quiet --profile "$profile" --locked --bin stratus
cp "$target/$profile/stratus" "$target/faults/stratus"
cargo build --quiet --profile "$profile" --locked --bin stratus --features faults
cp "$target/$profile/stratus" "$target/faults/stratus-panics"
cc -O1 -Wall -shared -fPIC -o "$target/faults/shim.so" scripts/faults/shim.c -ldl
exec scripts/desk.sh run python3 scripts/faults/run.py "$target/faults/stratus" "$target/faults/stratus-panics" "$target/faults/shim.so" "$target/faults/table.md" "$@"
