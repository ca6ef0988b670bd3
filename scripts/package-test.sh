#!/bin/bash
# Installs the Debian package in a clean root, runs it there, and removes it. Needs root, debootstrap, and a network or mirror.
#
#   scripts/package-test.sh FILE.deb [SUITE] [MIRROR]
set -eu
deb=$(realpath "${1:?the package}"); suite=${2:-bookworm}; mirror=${3:-}
[ "$(id -u)" = 0 ] || { echo "error: a clean root needs root" >&2; echo "hint: sudo $0 $*" >&2; exit 1; }
command -v debootstrap >/dev/null 2>&1 || { echo "error: there is no debootstrap" >&2; echo "hint: apt-get install debootstrap" >&2; exit 1; }
say() { echo "package: $*"; }
root=$(mktemp -d "${TMPDIR:-/tmp}/stratus-root.XXXXXX")
# Do not delete a folder that is still mounted.
end() { for m in dev/pts proc; do ! mountpoint -q "$root/$m" || umount "$root/$m" || exit 1; done; rm -rf --one-file-system "$root" "$root.log"; }
trap end EXIT
# Other users than root (apt's user) need access.
chmod 755 "$root"
# shellcheck disable=SC2086 # an empty mirror must not become an argument
debootstrap --variant=minbase "$suite" "$root" $mirror >"$root.log" 2>&1 || { tail -n 5 "$root.log" >&2; exit 1; }
rm -f "$root.log"
cp "$deb" "$root/stratus.deb"
# The program finds its folder through /proc; apt writes its log through a terminal.
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/pts"; mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" || say "no terminals there"
in_root() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
in_root apt-get install -y -qq --no-install-recommends /stratus.deb >/dev/null
say "installed"
in_root stratus --version
in_root stratus speak "radio check" --radio --out /tmp/call.wav; [ -s "$root/tmp/call.wav" ]; say "the voice speaks"
in_root stratus demo --fast >/dev/null; say "the demo flies"
[ "$(in_root stratus config default | wc -l)" -gt 20 ]; say "the configuration is there"
in_root stratus setup --yes --model none --key F13 >/dev/null; in_root stratus config show | grep -q 'key = "F13"'
in_root stratus setup --undo >/dev/null; in_root stratus config show | grep -q 'key = "ScrollLock"'; say "the set-up sets up and is undone"
if in_root stratus doctor >"$root/doctor"; then echo "error: a bare root cannot be well" >&2; exit 1; fi
grep -q hint: "$root/doctor"; say "the doctor says what is missing"
for f in man/man1/stratus.1.gz applications/Stratus.Stratus.desktop icons/hicolor/scalable/apps/stratus.svg bash-completion/completions/stratus; do
  [ -s "$root/usr/share/$f" ] || { echo "error: $f is missing" >&2; exit 1; }
done
in_root dpkg --purge stratus >/dev/null
left=$(find "$root/usr" "$root/etc" -name '*stratus*' | head)
[ -z "$left" ] || { echo "error: left behind: $left" >&2; exit 1; }
say "removed, and nothing is left"
