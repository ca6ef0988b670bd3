#!/bin/bash
# The figures of docs/performance.md, in one run on this machine: scripts/bench.sh
# Builds the release (profile `release`; PROFILE=ci builds faster), then measures in a separate headless desktop: start,
# idling (IDLE=600 seconds), size, engine, a simulator's link, CALLS=40 spoken calls, sound while every core is loaded and while other
# aircraft are heard, the page with three clients; spoken calls with real weights if WEIGHTS (target/real-speech/ggml-base.bin, made by
# scripts/real-speech.sh) is there; and recognition against the library's defaults (SPEECH="tiny.en base.en"; empty: skipped). An empty PySide6 tray program from PyPI
# is measured for comparison, in a separate folder; without access to PyPI this is skipped with a message.
# The table is left in target/bench/table.md, plots in docs/. Fails if a target is missed that has no limit above it, or if a limit is
# exceeded. Takes about forty minutes after the build.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
need_packages build test desktop
need_cargo
profile=${PROFILE:-release}
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target/bench"
# Built with its symbols, which show what uses the space, and stripped afterwards as the profile would.
env "CARGO_PROFILE_$(echo "$profile" | tr a-z A-Z)_STRIP=none" cargo build --profile "$profile" --locked --bin stratus
cp "$target/$profile/stratus" "$target/bench/stratus-symbols"
strip -o "$target/bench/stratus" "$target/bench/stratus-symbols"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
python=
if python3 -m venv "$work/venv" >"$work/pip.log" 2>&1 && "$work/venv/bin/pip" install -q PySide6-Essentials >>"$work/pip.log" 2>&1; then
  python=$work/venv/bin/python
else
  echo "SKIPPED the comparison with PySide6: it cannot be installed ($(tail -n 1 "$work/pip.log"))"
fi
speech=
if [ -n "${SPEECH-tiny.en base.en}" ]; then
  speech=$work/speech.log
  # shellcheck disable=SC2086 # a list of names
  CALLS=4 scripts/bench-speech.sh ${SPEECH-tiny.en base.en} >"$speech" || { cat "$speech"; exit 1; }
fi
scripts/desk.sh run python3 scripts/bench/run.py "$target/bench/stratus" "$python" "$target/bench/table.md" "$speech" "$target/bench/stratus-symbols"
