#!/bin/bash
# Soak test: scripts/soak.sh [MINUTES [HOURS]]
# First HOURS (8) of virtual time, every scenario over and over with random disturbances (tests/soak.rs); then MINUTES (30) of
# real time, the program in a headless desktop with a simulator, Ollama and a sound server that fail at random moments.
# Memory, threads, file handles and latency are sampled; one verdict per line says whether each stays flat (its median over the
# last quarter against the first), and docs/soak.svg shows them. SEED=N selects other random numbers.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
need_packages build test desktop
need_cargo
minutes=${1:-30} hours=${2:-8}
profile=${PROFILE:-ci}
target=$(pwd)/${CARGO_TARGET_DIR:-target}
mkdir -p "$target/soak"
cargo build --quiet --profile "$profile" --locked --bin stratus
cp "$target/$profile/stratus" "$target/soak/stratus"
STRATUS_HOURS=$hours STRATUS_SEED=${SEED:-1} cargo test --quiet --test soak -- --ignored --nocapture | tee "$target/soak/virtual.log"
exec scripts/desk.sh run python3 scripts/faults/soak.py "$target/soak/stratus" "$minutes" "${SEED:-1}" "$target/soak/virtual.log" docs/soak.svg
