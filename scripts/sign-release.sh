#!/bin/bash
# Signs a release: the manifest that `updates.feed` names. Put it and the files into one folder of a web server.
#
#   scripts/sign-release.sh new-key KEY.pem
#       creates a private key, and prints its public half for installer/release-key.pub
#   scripts/sign-release.sh sign KEY.pem VERSION "ONE LINE ABOUT IT" FILE… > stratus-release.txt
#       FILE: stratus_…_amd64.deb, stratus-…-linux-amd64.tar.gz, stratus-….exe or .msi
set -eu
die() { echo "error: $1" >&2; echo "hint: $2" >&2; exit 1; }
usage() { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
command -v openssl >/dev/null 2>&1 || die "there is no openssl" "apt-get install openssl (3.0 or newer)"
mark=stratus-release-1

# The platform of a file, by its name, as the program calls it.
system_of() {
  case $1 in
    *_amd64.deb) echo linux-x86_64-deb ;;
    *_arm64.deb) echo linux-aarch64-deb ;;
    *-linux-amd64.tar.gz) echo linux-x86_64-tar ;;
    *-linux-arm64.tar.gz) echo linux-aarch64-tar ;;
    *.exe | *.msi) echo windows-x86_64 ;;
    *) die "nobody knows which system $1 is for" "name it as scripts/package.sh does" ;;
  esac
}

case ${1:-} in
  new-key)
    [ $# = 2 ] || usage
    [ ! -e "$2" ] || die "$2 is there already" "name another file; a key that is lost cannot be made again"
    (umask 077; openssl genpkey -algorithm ed25519 -out "$2")
    # The last 32 bytes of the DER form are the key.
    openssl pkey -in "$2" -pubout -outform DER | tail -c 32 | openssl base64 -A; echo
    ;;
  sign)
    [ $# -ge 5 ] || usage
    key=$2 version=$3 notes=$4; shift 4
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "$version is no version" "three numbers, such as 0.2.0"
    work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
    notes=$(printf '%s' "$notes" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')
    {
      printf '{"version": "%s", "notes": "%s", "files": [' "$version" "$notes"
      between=""
      for f in "$@"; do
        name=$(basename "$f") system=$(system_of "$(basename "$f")")
        [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || die "$name is no name for a file" "letters, digits, \".\", \"-\" and \"_\""
        printf '%s\n  {"system": "%s", "file": "%s", "bytes": %s, "sha256": "%s"}' \
          "$between" "$system" "$name" "$(stat -c %s "$f")" "$(sha256sum "$f" | cut -d ' ' -f 1)"
        between=,
      done
      printf '\n]}\n'
    } >"$work/body"
    { echo "$mark"; cat "$work/body"; } >"$work/signed"
    openssl pkeyutl -sign -inkey "$key" -rawin -in "$work/signed" -out "$work/signature"
    echo "$mark $(openssl base64 -A -in "$work/signature")"
    cat "$work/body"
    ;;
  *) usage ;;
esac
