#!/bin/sh
# Renders icons/*.svg to icons/rendered: PNG (22, 32, 64 px) for packages and documents, raw RGBA (32, 64 px) for the
# program, which then needs no decoder, and stratus.ico for Windows. Needs rsvg-convert (librsvg2-bin) and ImageMagick. Run it after changing a drawing.
set -eu
cd "$(dirname "$0")/../icons"
mkdir -p rendered
for state in ready listening thinking speaking fault; do
  for size in 22 32 64; do
    rsvg-convert -w $size -h $size -o rendered/$state-$size.png $state.svg
  done
  for size in 32 64; do
    convert rendered/$state-$size.png -depth 8 rgba:rendered/$state-$size.rgba
    [ "$(wc -c <rendered/$state-$size.rgba)" -eq $((size * size * 4)) ] || { echo "$state-$size.rgba has the wrong size" >&2; exit 1; }
  done
done
for size in 16 20 24 32 40 48 64 256; do
  rsvg-convert -w $size -h $size -o rendered/ico-$size.png ready.svg
done
convert rendered/ico-16.png rendered/ico-20.png rendered/ico-24.png rendered/ico-32.png rendered/ico-40.png rendered/ico-48.png \
  rendered/ico-64.png rendered/ico-256.png stratus.ico
rm rendered/ico-*.png
