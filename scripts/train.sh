#!/bin/bash
# Rebuilds the weights of the learned reader from all its training data. Usage: scripts/train.sh
# It prints the accuracy for each author's calls after training on the other authors' only, and for the held-out calls
# (corpora/held-out), and writes the weights (crates/stratus-atc/src/hear/reader.weights) and the checksums of the training
# data (crates/stratus-train/made-of.txt).
# The same corpora give the same bytes on every machine.
set -eu
cd "$(dirname "$0")/.."
weights=crates/stratus-atc/src/hear/reader.weights
# The engine contains the weights, and the trainer contains the engine: after a change of labels, the old weights would break its build.
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
