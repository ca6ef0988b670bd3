#!/bin/bash
# How many words the radio effect costs: transmissions spoken by Pico without the effect, near, far and weak, and recognised with
# the given speech model. Run manually, not in CI: scripts/radio-words.sh MODEL.bin [PROGRAM]
# Prints the number of wrong words and digits for each, and the total. PHRASES=FILE: other phrases than those of
# scripts/radio-words.txt, one per line. VOICE=NAME: another voice (`stratus voices`). HINT=TEXT: the recogniser's hint.
# VERBOSE=1: shows the wrong words. An unknown model is accepted with its own checksum.
set -eu
cd "$(dirname "$0")/.."
model=$(realpath "${1:?usage: scripts/radio-words.sh MODEL.bin [PROGRAM]}")
program=${2:-}
if [ -z "$program" ]; then
  . scripts/packages.sh
  need_packages build
  need_cargo
  cargo build --profile "${PROFILE:-ci}" --locked
  program=target/${PROFILE:-ci}/stratus
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '[speech]\nmodel = "%s"\nmodel_sha256 = "%s"\nthreads = %d\n' "$model" "$(sha256sum "$model" | cut -d' ' -f1)" "${THREADS:-1}" >"$work/stratus.toml"
stratus() { nice "$program" --config "$work/stratus.toml" "$@"; }

phrases=${PHRASES:-scripts/radio-words.txt}
for way in "clean" "near --strength 100" "far --strength 50" "weak --strength 10"; do
  set -- $way
  mkdir "$work/$1"
  n=100
  # Pico's two voices alternate: each phrase has the same voice in every variant.
  while IFS= read -r words; do
    n=$((n + 1))
    case $((n % 2)) in 0) voice=pico:en-GB ;; *) voice=pico:en-US ;; esac
    voice=${VOICE:-$voice}
    stratus speak --voice $voice "${@:2}" --out "$work/$1/$n.wav" -- "$words"
  done < <(grep -v -e '^#' -e '^$' "$phrases")
  # If nothing is recognised in a phrase, the command fails; that counts as wrong.
  stratus transcribe ${HINT:+--hint "$HINT"} --json "$work/$1"/*.wav >"$work/$1.jsonl" 2>>"$work/told" || true
done
python3 scripts/radio-words.py "$phrases" clean "$work/clean.jsonl" near "$work/near.jsonl" far "$work/far.jsonl" weak "$work/weak.jsonl"
