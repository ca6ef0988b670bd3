#!/bin/sh
# Compares the taxi routes of `stratus airports taxi` with an independent computation (Bellman-Ford in Python, on the
# rows and arcs of the files) at three airports of FlightGear's apt.dat and three of its groundnets: from every
# parking place to every runway, by cost (see docs/airports.md for the rule) and by length.
# usage: scripts/taxi-routes.sh [FLIGHTGEAR'S DATA FOLDER] [ICAO ...]       STRATUS names the program, else target/debug/stratus
#        an ICAO with "net:" in front is read from its groundnet, else from apt.dat.gz
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
data=${1:-/usr/share/games/flightgear}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- LZIB KBFI KFCM net:BIKF net:PHNL net:PHOG
stratus=${STRATUS:-target/debug/stratus}
[ -r "$data/Airports/apt.dat.gz" ] || need_packages airports
[ -r "$data/Airports/apt.dat.gz" ] || { echo "no $data/Airports/apt.dat.gz: install FlightGear's data, or name its folder" >&2; exit 1; }
[ -x "$stratus" ] || { echo "no $stratus: cargo build, or name the program by STRATUS" >&2; exit 1; }
exec python3 scripts/taxi-routes.py "$data" "$stratus" "$@"
