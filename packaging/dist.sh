#!/usr/bin/env bash
# Builds one archive to download, with its checksum: the program, manual pages, completions, licenses.
#
#   packaging/dist.sh [TARGET]        the default is a static program for Linux on this processor
#
# It needs the target ('rustup target add TARGET') and, if the target is another system, a C compiler for it.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-$(uname -m)-unknown-linux-musl}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
name=rsom-$version-$target
# cargo's own variable moves all of it.
built=${CARGO_TARGET_DIR:-target}
to=$built/dist
exe=
case $target in
  *windows*) exe=.exe ;;
  # Without it, the C compiler of cc-rs is 'TARGET-gcc', which distributions do not have.
  "$(uname -m)"-*-musl) if command -v musl-gcc > /dev/null; then export "CC_${target//-/_}=musl-gcc"; fi ;;
esac

cargo build --release --locked --package rsom --target "$target"

rm -rf "${to:?}/$name"
mkdir -p "$to/$name/completions"
cp "$built/$target/release/rsom$exe" LICENSE-APACHE LICENSE-MIT CHANGELOG.md README.md "$to/$name/"
# The pages come from a program that this machine can run; all targets have the same commands.
runs="$built/$target/release/rsom$exe"
if ! "$runs" --version > /dev/null 2>&1; then
  cargo build --release --locked --package rsom
  runs=$built/release/rsom
fi
"$runs" man --output "$to/$name/man"
for shell in bash zsh fish powershell; do
  "$runs" completions "$shell" > "$to/$name/completions/rsom.$shell"
done

cd "$to"
# Sorted, and without owner or times of this machine: the same sources give the same archive.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 0)}
case $target in
  *windows*)
    archive=$name.zip
    rm -f "$archive"
    find "$name" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
    find "$name" -type f | LC_ALL=C sort | zip -q -X "$archive" -@
    ;;
  *)
    archive=$name.tar.gz
    tar --version | grep -q GNU && flags=(--sort=name --owner=0 --group=0 --numeric-owner "--mtime=@$SOURCE_DATE_EPOCH") || flags=()
    tar "${flags[@]}" -c "$name" | gzip -n > "$archive"
    ;;
esac
if command -v sha256sum > /dev/null; then sha256sum "$archive"; else shasum -a 256 "$archive"; fi > "$archive.sha256"
echo "$to/$archive"
