#!/bin/bash
# How well each voice is understood: sixty phrases of every kind (scripts/voice-words.txt) and twenty airports of the world
# (scripts/voice-airports.txt), clean and through the radio, near, far and weak, recognised with the given speech model and one
# fixed hint. Run manually, not in CI: scripts/voice-words.sh MODEL.bin PROGRAM [VOICE…]     (default: heart pico:en-US pico:en-GB)
set -eu
cd "$(dirname "$0")/.."
model=${1:?usage: scripts/voice-words.sh MODEL.bin PROGRAM [VOICE…]}
program=${2:?usage: scripts/voice-words.sh MODEL.bin PROGRAM [VOICE…]}
shift 2
[ $# -gt 0 ] || set -- heart pico:en-US pico:en-GB
HINT=${HINT:-"Skyhawk one seven two sierra papa, Tower, runway two eight left, cleared for takeoff, wind three one zero at eight, QNH one zero one three."}
export HINT
for voice in "$@"; do
  for phrases in scripts/voice-words.txt scripts/voice-airports.txt; do
    echo "$voice, $phrases"
    VOICE=$voice PHRASES=$phrases scripts/radio-words.sh "$model" "$program"
  done
done
