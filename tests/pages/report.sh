#!/usr/bin/env bash
# The page of a study and the page of `rsom view` in a real browser: no error, nothing fetched, tables sort, scans change, slices move, masks
# are drawn, marks are saved, it fits a phone, it prints, and axe-core finds nothing serious. html-validate reads the HTML.
# Installs Debian's chromium where it is missing and may be installed, and two packages of npm into a scratch folder; where that cannot
# be, it says so and does nothing.
# Usage: report.sh [target/release/rsom [STUDY]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rsom=$(realpath "${1:-$here/../../target/release/rsom}")
study=${2:-}
if [ -n "$study" ]; then study=$(realpath "$study"); fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  { apt-get update && apt-get install --yes --no-install-recommends chromium; } > apt.log 2>&1 || true
  chromium=$(command -v chromium || true)
fi
if [ -z "$chromium" ] || ! command -v node > /dev/null; then
  echo "skipped: there is no browser or no node here"
  exit 0
fi
if ! npm install --silent --no-audit --no-fund axe-core@4 html-validate@9 > npm.log 2>&1; then
  echo "skipped: axe-core and html-validate cannot be installed here"
  exit 0
fi
if [ -z "$study" ]; then
  # Texts that want to be HTML, two tables, pictures of two scans.
  cat > p.yaml <<'END'
name: paged
stages:
  generate:
    uses: phantom scan
    matrix: { seed: [1, 2] }
    with: { seed: "${seed}", shape: [16, 2, 64] }
    out: { image: "scans/${seed}.nii.gz", layer: "scans/${seed}_layer.nii.gz" }
  picture:
    uses: report bscan
    foreach: scan
    in: { image: dot.nii.gz, reference: dot_layer.nii.gz, prediction: dot_layer.nii.gz }
    out: { output: "pictures/${scan.id}.png" }
  table: { run: "cp ${in.t} ${out.t}", in: { t: table.md }, out: { t: results/table.md } }
  skin:
    uses: phantom scan
    foreach: scan
    with: { seed: "${scan.seed}", shape: [24, 5, 64] }
    out: { image: "skin/${scan.id}.nii.gz", layer: "skin/${scan.id}_layer.nii.gz" }
  # The layer of another scan, so that there is something to see.
  evaluate:
    uses: metrics evaluate
    foreach: scan
    in: { reference: skin.layer, prediction: other_layer.nii.gz }
    with: { subject: "${scan.subject}", scan: "${scan.id}", label: epidermis }
    out: { output: "measures/${scan.id}.parquet" }
  latex: { run: "cp ${in.t} ${out.t}", in: { t: table.md }, out: { t: results/table.tex } }
END
  # A scan may have the name of something that every object of JavaScript has.
  printf 'name: people\nscans:\n  - { id: s1, subject: ann, attributes: { seed: 1 } }\n  - { id: constructor, subject: bob, attributes: { seed: 2 } }\n' > manifest.yaml
  sed -i 's/^name: paged/name: paged\nmanifest: manifest.yaml/' p.yaml
  printf '| Net | Dice |\n| --- | --- |\n| b | 0.9 |\n| a | 0.10 |\n| <b>c | 0.5 |\n\nA note.\n' > table.md
  "$rsom" phantom scan --seed 3 --shape 16,2,64 --image dot.nii.gz --layer dot_layer.nii.gz --quiet
  "$rsom" phantom scan --seed 4 --shape 24,5,64 --image other.nii.gz --layer other_layer.nii.gz --quiet
  "$rsom" run p.yaml --workdir study > run.log 2>&1 || { cat run.log; exit 1; }
  study=$folder/study
fi
"$rsom" report "$study" --output page.html
cat > .htmlvalidate.json <<'END'
{ "extends": ["html-validate:standard"], "rules": { "no-inline-style": "off", "long-title": "off", "require-sri": "off", "tel-non-breaking": "off" } }
END
node_modules/.bin/html-validate page.html
node --no-warnings --experimental-websocket "$here/report.mjs" "$chromium" "$folder/page.html" "$folder/node_modules/axe-core/axe.min.js"
"$rsom" report "$study" --folder beside
node_modules/.bin/html-validate beside/index.html
node --no-warnings --experimental-websocket "$here/report.mjs" "$chromium" "$folder/beside/index.html" "$folder/node_modules/axe-core/axe.min.js"
"$rsom" phantom scan --seed 5 --shape 40,8,64 --image viewed.nii.gz --layer viewed_layer.nii.gz --quiet
"$rsom" view viewed.nii.gz --reference viewed_layer.nii.gz > address 2> view.log &
viewing=$!
trap 'kill "$viewing" 2> /dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 100); do [ -s address ] && break; sleep 0.1; done
node --no-warnings --experimental-websocket "$here/view.mjs" "$chromium" "$(cat address)" "$folder/node_modules/axe-core/axe.min.js"
kill -INT "$viewing"
if wait "$viewing"; then echo "ok  Ctrl-C ends the view"; else echo "FAILED  Ctrl-C ends the view: $?"; exit 1; fi
