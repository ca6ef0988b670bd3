#!/bin/bash
# Builds the Debian package and the tarball of Stratus into target/package.
#
#   scripts/package.sh               builds the release profile first
#   scripts/package.sh --bin FILE    packs this program instead of building one
set -eu
cd "$(dirname "$0")/.."
bin=""
case ${1:-} in
  --bin) bin=${2:?a file} ;;
  "") ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
for tool in dpkg-deb gzip tar objdump; do
  command -v $tool >/dev/null 2>&1 || { echo "error: there is no $tool" >&2; echo "hint: apt-get install dpkg binutils" >&2; exit 1; }
done
if [ -z "$bin" ]; then
  cargo build --release --locked
  bin=target/release/stratus
fi
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
arch=$(dpkg --print-architecture)
out=target/package
name=stratus-$version-linux-$arch
root=$out/deb
rm -rf "$out"; mkdir -p "$root/DEBIAN" "$root/usr/bin"

# The contents of both, below a prefix. Manual pages and completions come from the packaged program.
fill() {
  local p=$1 size state
  install -Dm755 "$bin" "$p/bin/stratus"
  if command -v strip >/dev/null 2>&1; then strip --strip-unneeded "$p/bin/stratus"; fi
  # The voices, and the demo with its recorded flight in a subfolder.
  (cd assets && find demo voices sentences -type f) | while read -r f; do install -Dm644 "assets/$f" "$p/share/stratus/$f"; done
  install -Dm644 installer/linux/Stratus.Stratus.desktop "$p/share/applications/Stratus.Stratus.desktop"
  install -Dm644 icons/ready.svg "$p/share/icons/hicolor/scalable/apps/stratus.svg"
  for size in 22 32 64; do install -Dm644 icons/rendered/ready-$size.png "$p/share/icons/hicolor/${size}x$size/apps/stratus.png"; done
  mkdir -p "$p/share/man/man1" "$p/share/bash-completion/completions" "$p/share/zsh/vendor-completions" "$p/share/fish/vendor_completions.d"
  "$bin" man | gzip -9n >"$p/share/man/man1/stratus.1.gz"
  "$bin" completions bash >"$p/share/bash-completion/completions/stratus"
  "$bin" completions zsh >"$p/share/zsh/vendor-completions/_stratus"
  "$bin" completions fish >"$p/share/fish/vendor_completions.d/stratus.fish"
  install -Dm644 config/stratus.toml "$p/share/doc/stratus/stratus.toml"
  for f in LICENSE-MIT LICENSE-APACHE NOTICE README.md CHANGELOG.md; do install -Dm644 "$f" "$p/share/doc/stratus/$f"; done
  for f in docs/*; do [ -f "$f" ] && install -Dm644 "$f" "$p/share/doc/stratus/docs/$(basename "$f")"; done
  # Also every file that the README links, so that no link of the installed copy is broken.
  scripts/readme-links.sh | while read -r f; do [ -e "$p/share/doc/stratus/$f" ] || install -Dm644 "$f" "$p/share/doc/stratus/$f"; done
  { cat NOTICE; echo; cat LICENSE-MIT; } >"$p/share/doc/stratus/copyright"; chmod 644 "$p/share/doc/stratus/copyright"
}
fill "$root/usr"

# The oldest glibc with every symbol that the program needs.
libc=$(objdump -T "$root/usr/bin/stratus" | sed -n 's/.*(\{0,1\}GLIBC_\([0-9.]*\)).*/\1/p' | sort -V | tail -n 1)
depends="libc6 (>= ${libc:-2.36}), libgcc-s1, libasound2 | libasound2t64"
if objdump -p "$root/usr/bin/stratus" | grep -q 'NEEDED.*libstdc++'; then depends="$depends, libstdc++6"; fi
others=$(objdump -p "$root/usr/bin/stratus" | sed -n 's/.*NEEDED *//p' | grep -vE '^(libasound\.so|libstdc\+\+\.so|libgcc_s\.so|libm\.so|libc\.so|ld-linux)' || true)
[ -z "$others" ] || { echo "error: the program links libraries that the package does not name: $others" >&2; exit 1; }
cat >"$root/DEBIAN/control" <<CONTROL
Package: stratus
Version: $version
Architecture: $arch
Maintainer: The Stratus authors <stratus@localhost>
Installed-Size: $(du -sk "$root/usr" | cut -f 1)
Depends: $depends
Recommends: pulseaudio | pipewire-pulse, default-dbus-session-bus | dbus-session-bus
Suggests: notification-daemon
Section: games
Priority: optional
Description: air-traffic control for flight simulators, in the system tray
 Hold a key, speak as on the radio, and a controller answers: by the facts of
 the airport and of your flight, in a voice that sounds like a radio. Works with
 X-Plane, FlightGear and Microsoft Flight Simulator. Everything runs on your own
 computer. For simulation and entertainment only.
CONTROL
dpkg-deb --root-owner-group -Zxz --build "$root" "$out/stratus_${version}_$arch.deb" >/dev/null
fill "$out/$name"
tar --owner=0 --group=0 -C "$out" -czf "$out/$name.tar.gz" "$name"
rm -rf "$root" "${out:?}/$name"
ls -l "$out"
