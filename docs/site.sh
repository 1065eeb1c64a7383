#!/usr/bin/env bash
# Builds the documentation as a site with search, for a browser without network: target/site/book/index.html.
# Needs mdbook: cargo install mdbook --no-default-features --features search
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v mdbook > /dev/null; then
  echo "error: mdbook is missing; install it: cargo install mdbook --no-default-features --features search" >&2
  exit 1
fi
site=target/site
rm -rf "$site"
mkdir -p "$site/src"
# Pages and the files that they link to keep their places, so that the links hold.
git ls-files -z -- '*.md' docs pipelines data-manifests examples packaging .github CITATION.cff 'LICENSE*' \
  | tar --null -T - -cf - | tar -xf - -C "$site/src"
# The list of pages has paths from docs; the site has them from its root.
sed -E 's#\]\(\.\./#](/#; s#\]\(([^/])#](docs/\1#; s#\]\(/#](#' docs/SUMMARY.md > "$site/src/SUMMARY.md"
cat > "$site/book.toml" << 'END'
[book]
title = "rsom"
language = "en"

[build]
# README.md stays README.html, as the links have it.
use-default-preprocessors = false

[output.html.search]
limit-results = 20
END
mdbook build "$site" "$@"
echo "$site/book/index.html"
