#!/bin/bash
# The hot-plug matrix: microphones and speakers unplugged and reconnected, a changed default, a sound server killed
# and restarted, no device at start; with a private PulseAudio in a separate folder.
# Usage: scripts/audio-test.sh [ARGUMENTS OF THE TEST…]
set -eu
cd "$(dirname "$0")/.."
for tool in pulseaudio pactl pacat; do
  command -v "$tool" >/dev/null 2>&1 || { echo "missing: $tool (apt-get install pulseaudio pulseaudio-utils; scripts/test.sh does)" >&2; exit 1; }
done
cargo test ${PROFILE:+--profile "$PROFILE"} --test audio_devices --no-run
folder=$(mktemp -d "${TMPDIR:-/tmp}/stratus-sound.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
# The build tools keep their folders; the sound server uses the new one.
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
mkdir -p "$folder/run" "$folder/home"; chmod 700 "$folder/run"
export HOME="$folder/home" XDG_RUNTIME_DIR="$folder/run" PULSE_SERVER="unix:$folder/run/pulse.sock" STRATUS_SOUND="$folder"
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME PULSE_SINK PULSE_SOURCE DBUS_SESSION_BUS_ADDRESS DISPLAY
cargo test ${PROFILE:+--profile "$PROFILE"} --test audio_devices -- --ignored --test-threads=1 --nocapture "$@"
