#!/bin/bash
# Recognition on the graphics card: builds it, and recognises a known recording on the card and on the processor. Run manually, not in CI.
#   scripts/gpu.sh [vulkan|cuda] [MODEL.bin]
# Without arguments: Vulkan (from Debian's packages), and CUDA too if its toolkit is installed. MODEL.bin: your own model, else
# the demo's. Without a card, SOFTWARE=1 uses Mesa's lavapipe as a fallback: the same programs, run by the processor.
# PROFILE=release: the build for everyday use.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

ways=""
case ${1:-} in vulkan | cuda) ways=$1; shift ;; esac
model=${1:-assets/demo/stratus-demo-en-q5_0.bin}
if [ -z "$ways" ]; then
  ways=vulkan
  if command -v nvcc >/dev/null 2>&1 || [ -x /usr/local/cuda/bin/nvcc ]; then ways="vulkan cuda"; else echo "CUDA's toolkit is not installed: Vulkan alone"; fi
fi
[ -x /usr/local/cuda/bin/nvcc ] && PATH=$PATH:/usr/local/cuda/bin
profile=${PROFILE:-ci}
folder=target/$profile
[ "$profile" = dev ] && folder=target/debug
if [ -n "${SOFTWARE:-}" ]; then
  # ggml uses a device that is a processor only if it is named.
  VK_DRIVER_FILES=$(ls /usr/share/vulkan/icd.d/lvp_icd.*.json | head -1)
  export VK_DRIVER_FILES VK_ICD_FILENAMES=$VK_DRIVER_FILES GGML_VK_VISIBLE_DEVICES=0
fi
recording=tests/fixtures/heldout/000-pico-us.wav
known=$(awk -F'\t' '$1 == "000-pico-us.wav" { print $2 }' tests/fixtures/heldout/transcripts.tsv)
plain() { tr '[:upper:]' '[:lower:]' | tr -cs '[:alnum:]\n' ' ' | sed 's/^ *//; s/ *$//'; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '[speech]\nmodel = "%s"\nmodel_sha256 = "%s"\n' "$(realpath "$model")" "$(sha256sum "$model" | cut -d' ' -f1)" >"$work/stratus.toml"

for way in $ways; do
  case $way in
    vulkan) need_packages build vulkan ;;
    cuda) need_packages build ;;
  esac
  need_cargo
  cargo build --profile "$profile" --locked --features "$way"
  echo "== $way"
  # In a separate process, as Stratus does before it trusts a card; ggml's messages about devices go to standard error.
  card=$("$folder/stratus" try-model --card "$model" 2>"$work/devices" | sed -n 's/^heard: //p') || true
  grep -h '^ggml_' "$work/devices" || echo "(ggml names no device)"
  echo "a sentence on the card: ${card:-nothing: it ended, or hears nothing}"
  heard=$("$folder/stratus" --config "$work/stratus.toml" transcribe "$recording" 2>"$work/told") || true
  if grep -q "graphics card is not used" "$work/told"; then
    cat "$work/told"
    echo "$way: the card is NOT used, and the processor stands in"
  fi
  echo "known:  $known"
  echo "heard:  $heard"
  if [ "$(plain <<<"$known")" = "$(plain <<<"$heard")" ]; then
    echo "$way: the recording is heard word for word"
  elif [ "$model" = assets/demo/stratus-demo-en-q5_0.bin ]; then
    echo "$way: FAILED: the demo's model hears this recording word for word on a processor"
    exit 1
  else
    echo "$way: compare the words: numbers may be written otherwise"
  fi
done
