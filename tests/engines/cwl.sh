#!/usr/bin/env bash
# Two studies by a runner of the Common Workflow Language, and the same by 'rsom run': equal bytes, and nothing left to do. Installs
# cwltool into a scratch environment; where that cannot be, it says so and does nothing. Usage: cwl.sh [target/release/rsom]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rsom=$(realpath "${1:-$here/../../target/release/rsom}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if ! { python3 -m venv venv && venv/bin/pip install --quiet 'cwltool>=3.1,<4'; }; then
  echo "skipped: cwltool cannot be installed here"
  exit 0
fi
"$rsom" example quickstart

small=(quickstart/pipelines/quickstart.yaml --set 'net=[unet]' --set 's=[0,10]' --set epochs=1 --set 'shape=[32,4,64]')
odd=("$here/odd-names.yaml")

check() {
  local name=$1 study=$2
  shift 2
  "$rsom" run "$@" --workdir "$name-run" -j 2 2> run.log || { cat run.log; exit 1; }
  "$rsom" export cwl "$@" --workdir "$name-none" --output "$name-export"
  venv/bin/cwltool --validate "$name-export/workflow.cwl" > cwl.log 2>&1 || { cat cwl.log; exit 1; }
  venv/bin/cwltool --parallel --relax-path-checks --outdir "$name-out" "$name-export/workflow.cwl" "$name-export/inputs.json" > cwl.log 2>&1 \
    || { tail -n 40 cwl.log; exit 1; }
  "$rsom" run "$@" --workdir "$name-out/$study" 2>&1 | tee again.log
  grep -q "nothing to do" again.log
  diff -r --exclude .rsom --exclude run.json "$name-run" "$name-out/$study"
  "$rsom" diff "$name-run" "$name-out/$study"
}

check small quickstart "${small[@]}"
check odd odd-names "${odd[@]}"

# A part of a study takes what it needs from the output folder, and another revision is refused.
"$rsom" export cwl "${small[@]}" --workdir small-run --only evaluate,evaluate_from_start --output part-export
venv/bin/cwltool --parallel --outdir part-out part-export/workflow.cwl part-export/inputs.json > cwl.log 2>&1 || { tail -n 40 cwl.log; exit 1; }
diff -r small-run/measures part-out/quickstart/measures
sed -i 's/metrics=[0-9a-f]*/metrics=0123456789abcdef/' part-export/workflow.cwl
if venv/bin/cwltool --outdir other-out part-export/workflow.cwl part-export/inputs.json > cwl.log 2>&1; then
  echo "another revision was accepted" >&2
  exit 1
fi
grep -q "but 0123456789abcdef where the study was exported" cwl.log
echo "the same by $(venv/bin/cwltool --version | sed 's/.*cwltool/cwltool/') and by rsom run"
