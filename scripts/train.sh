#!/bin/bash
# Makes the weights of the learned reader again, of everything that it learns from. Usage: scripts/train.sh
# It prints how well each author's calls are read by what learned of other authors, and the calls that are kept apart
# (corpora/held-out), and writes the weights
# (crates/stratus-atc/src/hear/reader.weights) and the sums of what they were made of (crates/stratus-train/made-of.txt).
# The same corpora give the same bytes on every machine.
set -eu
cd "$(dirname "$0")/.."
weights=crates/stratus-atc/src/hear/reader.weights
# The engine holds the weights, and the trainer holds the engine: where the labels have changed, the old weights would stop its build.
before=$(mktemp)
cp "$weights" "$before"
trap '[ -s "$weights" ] || cp "$before" "$weights"; rm -f "$before"' EXIT
cargo build --locked --profile ci -p stratus-train || {
  : >"$weights"
  cargo build --locked --profile ci -p stratus-train
}
cases=tests/cases
"${CARGO_TARGET_DIR:-target}/ci/stratus-train" "$weights" corpora/*.jsonl corpora/more/*.jsonl \
  $cases/understand.jsonl $cases/understand_fresh.jsonl $cases/heard.jsonl $cases/fresh/understand.jsonl --score corpora/held-out/*.jsonl
