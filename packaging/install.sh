#!/bin/sh
# Installs the program rsom: downloads the archive for this system, checks its checksum, and copies the program.
#
#   sh install.sh                         to ~/.local/bin
#   sh install.sh --to DIR --version 0.1.0
#
# RSOM_RELEASES: another place of the archives, as a URL or file:///FOLDER.
set -eu

to=$HOME/.local/bin
version=latest
force=
fail() { echo "error: $*" >&2; exit 1; }
while [ $# -gt 0 ]; do
  case $1 in
    --to) to=${2:?"--to needs a folder"}; shift 2 ;;
    --version) version=${2:?"--version needs a number, such as 0.1.0"}; shift 2 ;;
    --force) force=yes; shift ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "error: unknown argument $1; see --help" >&2; exit 2 ;;
  esac
done

case $(uname -s)/$(uname -m) in
  Linux/x86_64) target=x86_64-unknown-linux-musl ;;
  Linux/aarch64) target=aarch64-unknown-linux-musl ;;
  Darwin/arm64) target=aarch64-apple-darwin ;;
  Darwin/x86_64) target=x86_64-apple-darwin ;;
  *) fail "there is no archive for $(uname -s) on $(uname -m); build it: cargo install --git https://github.com/rsom/rsom --locked rsom" ;;
esac

get() { # URL FILE
  if command -v curl > /dev/null; then curl -fsSL "$1" -o "$2"; else wget -qO "$2" "$1"; fi
}
releases=${RSOM_RELEASES:-https://github.com/rsom/rsom/releases}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "$version" = latest ]; then
  from=$releases/latest/download
  get "$from/VERSION" "$work/VERSION" || fail "$from cannot be reached"
  version=$(cat "$work/VERSION")
else
  from=$releases/download/v$version
fi
name=rsom-$version-$target
get "$from/$name.tar.gz" "$work/$name.tar.gz" || fail "$from/$name.tar.gz cannot be downloaded"
get "$from/$name.tar.gz.sha256" "$work/$name.tar.gz.sha256" || fail "$from/$name.tar.gz.sha256 cannot be downloaded"
cd "$work"
if command -v sha256sum > /dev/null; then check="sha256sum -c"; else check="shasum -a 256 -c"; fi
$check "$name.tar.gz.sha256" > /dev/null 2>&1 || fail "$name.tar.gz does not match its checksum; download it again"
tar xzf "$name.tar.gz"

# Another program of this name is the user's.
if [ -e "$to/rsom" ] && [ -z "$force" ] && ! "$to/rsom" --version 2> /dev/null | grep -q '^rsom [0-9]'; then
  fail "$to/rsom is another program; choose --to DIR, or --force"
fi
mkdir -p "$to"
cp "$name/rsom" "$to/.rsom-new"
mv "$to/.rsom-new" "$to/rsom"
echo "$("$to/rsom" --version): $to/rsom"
case :$PATH: in
  *:"$to":*) ;;
  *) echo "add it to your PATH: export PATH=\"$to:\$PATH\"" ;;
esac
