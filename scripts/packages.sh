#!/bin/bash
# The Debian packages that Stratus needs, and their installation. Sourced by the other scripts, from the checkout's root.
#
#   need_packages build          to compile and to run
#   need_packages build test     also for the suite
#   need_packages build test desktop  also what the desktop test drives
#   need_packages build desktop flightgear  what scripts/flightgear.sh flies with
#   need_packages airports            FlightGear's airports alone, for scripts/taxi-routes.sh
#   need_packages build vulkan        to build recognition for the graphics card, and a software card for tests
#   need_packages build windows       what builds Stratus for Windows and runs it here

BUILD_PACKAGES="gcc g++ make cmake pkg-config libasound2-dev ca-certificates git"
TEST_PACKAGES="python3 openssl"
DESKTOP_PACKAGES="xvfb openbox xfce4-panel xfconf xdotool imagemagick dunst dbus dbus-bin libglib2.0-bin pulseaudio pulseaudio-utils fonts-dejavu-core"
FLIGHTGEAR_PACKAGES="flightgear python3"
AIRPORTS_PACKAGES="flightgear-data-base python3"
VULKAN_PACKAGES="libvulkan-dev glslc mesa-vulkan-drivers"
WINDOWS_PACKAGES="g++-mingw-w64-x86-64-posix gcc-mingw-w64-x86-64-posix mingw-w64-x86-64-dev binutils-mingw-w64-x86-64 libclang-dev wine64 wine nsis python3"

# Installs missing packages of the named groups, or says what to do if it cannot.
need_packages() {
  local wanted="" missing="" p group as_root=""
  for group in "$@"; do
    case $group in
      build) wanted="$wanted $BUILD_PACKAGES" ;;
      test) wanted="$wanted $TEST_PACKAGES" ;;
      flightgear) wanted="$wanted $FLIGHTGEAR_PACKAGES" ;;
      airports) wanted="$wanted $AIRPORTS_PACKAGES" ;;
      vulkan) wanted="$wanted $VULKAN_PACKAGES" ;;
      windows) wanted="$wanted $WINDOWS_PACKAGES" ;;
      desktop) wanted="$wanted $DESKTOP_PACKAGES" ;;
      *) echo "error: there is no group of packages called $group" >&2; return 1 ;;
    esac
  done
  if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    need_tools "$wanted"
    return
  fi
  for p in $wanted; do
    dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q '^install ok installed' || provided "$p" || missing="$missing $p"
  done
  [ -n "$missing" ] || return 0
  echo "installing:$missing"
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "error: these packages are missing:$missing" >&2
      echo "hint: as root: apt-get install$missing" >&2
      return 1
    fi
    as_root=sudo
  fi
  # A slightly outdated list is better than none; the installation reports packages that it could not find.
  $as_root apt-get update -qq || true
  # shellcheck disable=SC2086 # a list of words
  if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null; then
    echo "error: apt-get could not install:$missing" >&2
    echo "hint: install them by hand, and start this script again" >&2
    return 1
  fi
}

# Newer releases use other names for some packages: pkgconf replaces pkg-config.
provided() {
  dpkg-query -W -f '${Status}|${Provides}\n' 2>/dev/null | grep '^install ok installed|' | cut -d '|' -f 2 | tr ',' '\n' |
    sed 's/ *(.*//; s/^ *//' | grep -qxF "$1"
}

# Not Debian: continue if the compiler's tools exist, and name the packages otherwise.
need_tools() {
  local tool missing=""
  for tool in cc c++ make cmake pkg-config git; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
  done
  if [ -z "$missing" ] && { [ "$(uname -s)" != Linux ] || pkg-config --exists alsa; }; then
    return 0
  fi
  echo "error: this is no Debian or Ubuntu; Stratus needs, under Debian's names:$1" >&2
  [ -z "$missing" ] || echo "caused by: these commands are missing:$missing" >&2
  echo "hint: install your system's packages for them, and start this script again" >&2
  return 1
}

# Cargo is found in rustup's default folder even if the shell's profile was not read.
need_cargo() {
  command -v cargo >/dev/null 2>&1 || PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
  if ! command -v cargo >/dev/null 2>&1; then
    echo "error: there is no cargo, Rust's build tool" >&2
    echo "hint: install Rust from https://rustup.rs, open a new shell, and start this script again" >&2
    return 1
  fi
}
