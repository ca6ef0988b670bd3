#!/bin/sh
# Installs clients of X-Plane and SimConnect that nobody here wrote, and lets them judge the peers that the links are
# tested with. Ends with a line for each client. Needs the internet once; the clients stay in target/peers.
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

STRATUS_PEERS="$home" cargo test --quiet --test sim_clients -- --ignored --nocapture
