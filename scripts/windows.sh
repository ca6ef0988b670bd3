#!/bin/bash
# Builds and tests Stratus for Windows on Debian: mingw-w64 builds it, Wine runs it.
#
#   scripts/windows.sh --build      stratus.exe and the files that belong beside it, in target/windows/stratus
#   scripts/windows.sh --installer  the same, and the installer in target/windows
#   scripts/windows.sh --smoke      builds, and flies it under Wine
#   scripts/windows.sh --cycle      builds the installer, and installs, runs, upgrades and uninstalls under Wine
#   scripts/windows.sh --tests      the tests of the libraries and of the simulator links, under Wine
#   scripts/windows.sh --lint       the lints, for the Windows-only code
#   scripts/windows.sh --all        everything; records in installer/windows/passed that this state of the files passed
#   scripts/windows.sh --if-changed what CI runs: everything, unless this state of the files is the one that passed
#
# Uses the profile `ci`, without link-time optimisation; PROFILE=release builds the release, and takes longer.
# SHOTS=DIR keeps the screenshots.
#
# The instruction set: speech recognition is built for AVX2, FMA, F16C and BMI2, which every processor for
# today's simulators has. Everything else is built for any x86-64, and checks the processor before it uses
# recognition: an older one gets a message and typed calls, never a crash.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
. scripts/packages.sh
PROFILE=${PROFILE:-ci}
target=x86_64-pc-windows-gnu
folder=${CARGO_TARGET_DIR:-$root/target}
out=$folder/windows
built=$folder/$target/$PROFILE

# The inputs of the Windows build: if none of them changes, there is nothing new to test.
PARTS="src crates Cargo.toml Cargo.lock build.rs rust-toolchain.toml assets icons config installer/windows/stratus.nsi scripts/windows.sh scripts/windows scripts/desk.sh tests/sim.rs tests/sim_library.rs tests/peers"
passed=installer/windows/passed
# shellcheck disable=SC2086 # a list of paths
state() { git ls-files -s $PARTS | sha256sum | cut -d ' ' -f 1; }
# shellcheck disable=SC2086 # a list of paths
note() {
  git diff --quiet HEAD -- $PARTS || { echo "not noted: some of the files are not committed"; return 0; }
  { echo "# Written by scripts/windows.sh --all: the state of the files that passed under Wine, and when."; echo "$(date -u +%F) $(state)"; } >$passed
  echo "noted in $passed"
}
if_changed() {
  local when; when=$(sed -n "s/^\([0-9-]*\) $(state)\$/\1/p" $passed 2>/dev/null)
  if [ -n "$when" ] && [ -z "${WINDOWS:-}" ]; then
    echo "skipped: nothing that the program for Windows is made of has changed since it passed on $when (WINDOWS=1 runs it all the same)"
    return 0
  fi
  echo "last passed: $(sed -n 's/^\([0-9-]\{10\}\) .*/\1/p' $passed 2>/dev/null | tail -n 1), with other files"
  build; installer; tests; smoke; cycle
}

# Cargo with everything around it that the Windows build needs.
for_windows() {
  need_packages build windows
  need_cargo
  rustup target list --installed 2>/dev/null | grep -qx $target || rustup target add $target || {
    echo "error: Rust's standard library for Windows is missing" >&2
    echo "hint: rustup target add $target" >&2
    return 1
  }
  # This folder contains only static archives and is searched first: the program must not depend on mingw's DLLs.
  local aux=$out/link g clang
  mkdir -p "$aux"
  g=$(dirname "$(x86_64-w64-mingw32-gcc-posix -print-libgcc-file-name)")
  cp "$g/libstdc++.a" /usr/x86_64-w64-mingw32/lib/libwinpthread.a "$aux/"
  # simconnect-sys makes the linker look for Microsoft's SimConnect, of which only names and numbers are used, so
  # provide an empty archive. It also names a Windows library with another case, which matters only here.
  x86_64-w64-mingw32-ar rc "$aux/libSimConnect.a"
  cp /usr/x86_64-w64-mingw32/lib/libws2_32.a "$aux/libWs2_32.a"
  clang=$(ls -d /usr/lib/llvm-*/lib/clang/*/include 2>/dev/null | sort -V | tail -n 1)
  [ -n "$clang" ] || { echo "error: clang's own headers are missing" >&2; echo "hint: apt-get install libclang-dev" >&2; return 1; }
  local throttling=""
  grep -qs THREAD_POWER_THROTTLING_STATE /usr/share/mingw-w64/include/processthreadsapi.h || throttling="-include $root/scripts/windows/power-throttling.h"
  # Cargo runs in another folder, because this folder's .cargo/config.toml selects Linux's bindings of whisper.cpp.
  local toolchain; toolchain=$(rustup show active-toolchain | cut -d ' ' -f 1)
  (
    export RUSTUP_TOOLCHAIN=$toolchain
    export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc-posix
    export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS="-Lnative=$aux"
    export CC_x86_64_pc_windows_gnu=x86_64-w64-mingw32-gcc-posix CXX_x86_64_pc_windows_gnu=x86_64-w64-mingw32-g++-posix
    export AR_x86_64_pc_windows_gnu=x86_64-w64-mingw32-ar
    export CFLAGS_x86_64_pc_windows_gnu=$throttling
    export CMAKE_PROJECT_ggml_INCLUDE=$root/scripts/windows/ggml-prefix.cmake
    export GGML_NATIVE=OFF GGML_LLAMAFILE=ON GGML_SSE42=ON GGML_AVX=ON GGML_AVX2=ON GGML_FMA=ON GGML_F16C=ON GGML_BMI2=ON
    export BINDGEN_EXTRA_CLANG_ARGS_x86_64_pc_windows_gnu="--target=x86_64-w64-mingw32 -fms-extensions -isystem $clang -I/usr/x86_64-w64-mingw32/include"
    unset WHISPER_DONT_GENERATE_BINDINGS
    cd /
    local what=$1; shift
    cargo "$what" --locked --profile "$PROFILE" --target $target --manifest-path "$root/Cargo.toml" --target-dir "$folder" "$@"
  )
}

build() {
  for_windows build --bin stratus
  stage
  look
}

# The contents of an installation.
stage() {
  local s=$out/stratus f
  rm -rf "$s"; mkdir -p "$s/docs"
  cp "$built/stratus.exe" "$s/"
  x86_64-w64-mingw32-strip "$s/stratus.exe"
  cp -r assets/voices assets/demo assets/sentences "$s/"
  cp icons/rendered/ready-64.png "$s/stratus.png"
  for f in LICENSE-MIT LICENSE-APACHE NOTICE; do sed 's/$/\r/' "$f" >"$s/$f.txt"; done
  cp README.md CHANGELOG.md "$s/"
  for f in docs/*.md; do cp "$f" "$s/docs/"; done
  # The licences have other names here; also every other file that the README links.
  sed -i -e 's/(LICENSE-MIT)/(LICENSE-MIT.txt)/' -e 's/(LICENSE-APACHE)/(LICENSE-APACHE.txt)/' -e 's/(NOTICE)/(NOTICE.txt)/' "$s/README.md"
  scripts/readme-links.sh "$s/README.md" | while read -r f; do [ -e "$s/$f" ] || { mkdir -p "$s/$(dirname "$f")"; cp "$f" "$s/$f"; }; done
}

# Requirements for every exe: only the system's DLLs, no console, and an icon, a version and a manifest.
look() {
  local exe=$out/stratus/stratus.exe foreign
  foreign=$(x86_64-w64-mingw32-objdump -p "$exe" | sed -n 's/.*DLL Name: //p' | tr '[:upper:]' '[:lower:]' | sort -u |
    grep -vE '^(kernel32|user32|gdi32|shell32|ole32|oleaut32|advapi32|ntdll|msvcrt|ws2_32|userenv|bcrypt|bcryptprimitives|crypt32|secur32|comctl32|combase|comdlg32|dwmapi|uxtheme|imm32|winmm|hid|propsys|version|rpcrt4|shlwapi|mmdevapi|ktmw32|avrt|api-ms-win-[a-z0-9-]*)\.dll$' || true)
  [ -z "$foreign" ] || { echo "error: stratus.exe asks for DLLs that Windows does not bring: $foreign" >&2; return 1; }
  x86_64-w64-mingw32-objdump -p "$exe" | grep -q 'Subsystem.*Windows GUI' || { echo "error: stratus.exe opens a console window" >&2; return 1; }
  python3 - "$exe" <<'PY'
import sys
data = open(sys.argv[1], "rb").read()
wanted = {"its version": "VS_VERSION_INFO".encode("utf-16-le"), "its name": "FileDescription".encode("utf-16-le"),
          "its manifest": b"longPathAware", "its icon": b"\x89PNG"}
missing = [what for what, bytes_ in wanted.items() if bytes_ not in data]
sys.exit("error: stratus.exe lacks " + ", ".join(missing)) if missing else None
PY
  echo "stratus.exe: $(stat -c %s "$exe") bytes, of Windows's own DLLs alone, without a console"
}

installer() {
  local version; version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
  makensis -V2 "-DVERSION=$version" "-DSTAGE=$out/stratus" "-DOUT=$out/stratus-$version-windows-x64.exe" ${1:+"$1"} installer/windows/stratus.nsi
  echo "installer: $(stat -c %s "$out/stratus-$version-windows-x64.exe") bytes"
}

# A replacement for a DLL that Wine lacks; beside the program only during the tests.
shim() {
  x86_64-w64-mingw32-gcc -shared -o "$out/bcryptprimitives.dll" scripts/windows/wine-random.c -ladvapi32
}

tests() {
  local programs
  for_windows test --no-run --workspace --lib --test sim --test sim_library 2>&1 | tee "$out/tests.log"
  programs=$(sed -n 's/.*Executable.*(\(.*\.exe\)).*/\1/p' "$out/tests.log" | while read -r p; do case $p in /*) echo "$p" ;; *) echo "/$p" ;; esac; done)
  [ -n "$programs" ] || { echo "error: no tests were built" >&2; return 1; }
  need_packages windows desktop
  shim
  # shellcheck disable=SC2086 # a list of paths without spaces
  scripts/desk.sh run scripts/windows/tests.sh "$out" $programs
}

smoke() {
  need_packages windows desktop
  shim
  scripts/desk.sh run scripts/windows/smoke.sh "$out"
}

cycle() {
  need_packages windows desktop
  shim
  scripts/desk.sh run scripts/windows/cycle.sh "$out"
}

[ $# -gt 0 ] || { sed -n '2,20s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for what in "$@"; do
  case $what in
    --build) build ;;
    --installer) build; installer ;;
    --smoke) build; smoke ;;
    --cycle) build; installer; cycle ;;
    --tests) tests ;;
    --lint) for_windows clippy --workspace --lib --bins -- -D warnings ;;
    --all) build; installer; tests; smoke; cycle; note ;;
    --if-changed) if_changed ;;
    *) sed -n '2,20s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done
