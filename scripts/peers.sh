#!/bin/sh
# Installs third-party clients of X-Plane and SimConnect, and runs them against the fake simulators that the links are
# tested with. Prints a line for each client. Needs the internet once; the clients stay in target/peers.
#   Microsoft's SimConnect.dll comes with the crate simconnect-sys, stays in target/peers, and runs under Wine: skipped
#   without wine and mingw's g++ (scripts/windows.sh installs them).
#   xpwebapi needs Python 3.12 or later: found as python3.12, python3.13 or through pyenv, else skipped.
set -eu
cd "$(dirname "$0")/.."
home="$(pwd)/target/peers"
mkdir -p "$home"
export PIP_DISABLE_PIP_VERSION_CHECK=1

[ -x "$home/python/bin/python" ] || python3 -m venv "$home/python"
"$home/python/bin/pip" -q install 'pyxpudpserver==1.4' || rm -rf "$home/python"

for python in python3.13 python3.12 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[23].*/bin/python python3; do
    [ -x "$home/python312/bin/python" ] && break
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || continue
    "$python" -m venv "$home/python312"
done
[ -x "$home/python312/bin/python" ] && { "$home/python312/bin/pip" -q install 'xpwebapi>=4,<5' || rm -rf "$home/python312"; }

if command -v npm >/dev/null && command -v node >/dev/null; then
    [ -f "$home/package.json" ] || echo '{"private":true}' >"$home/package.json"
    (cd "$home" && npm install --silent --no-audit --no-fund node-simconnect@4.2) && ln -sf "$(command -v node)" "$home/node"
fi

wine=$(command -v wine64 || command -v wine || ls /usr/lib/wine/wine64 2>/dev/null || true)
if [ -n "$wine" ] && command -v x86_64-w64-mingw32-g++ >/dev/null; then
    dll="$home/simconnect"
    mkdir -p "$dll/fetch/src"
    : >"$dll/fetch/src/lib.rs"
    printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\nsimconnect-sys = "=0.24.3"\n[workspace]\n' >"$dll/fetch/Cargo.toml"
    (cd "$dll/fetch" && cargo fetch --quiet)
    sdk=$(ls -d "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/simconnect-sys-0.24.3/sdk | head -n 1)
    cp "$sdk/lib/SimConnect.dll" "$dll/"
    x86_64-w64-mingw32-g++ -O1 -w -static -I"$sdk/include" -o "$dll/client.exe" tests/clients/simconnect_dll.cpp
    # The test passes the program's source and the port; the library reads the port from a file beside it.
    cat >"$dll/run" <<RUN
#!/bin/sh
cd "$dll"
printf '[SimConnect]\r\nProtocol=IPv4\r\nAddress=127.0.0.1\r\nPort=%s\r\n' "\$2" >SimConnect.cfg
WINEPREFIX="$dll/wine" WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=;winemenubuilder.exe=d' exec "$wine" client.exe
RUN
    chmod +x "$dll/run"
    WINEPREFIX="$dll/wine" WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=;winemenubuilder.exe=d' "$wine" wineboot -i >/dev/null 2>&1 || true
fi

STRATUS_PEERS="$home" cargo test --quiet --test sim_clients -- --ignored --nocapture
