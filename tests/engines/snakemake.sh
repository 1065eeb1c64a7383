#!/usr/bin/env bash
# Two studies by Snakemake, and the same by 'rsom run': equal bytes, and nothing left to do. Installs Snakemake into a scratch
# environment. Usage: snakemake.sh [target/release/rsom]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rsom=$(realpath "${1:-$here/../../target/release/rsom}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet 'snakemake>=9,<10'
"$rsom" example quickstart

small=(quickstart/pipelines/quickstart.yaml --set 'net=[unet]' --set 's=[0,10]' --set epochs=1 --set 'shape=[32,4,64]')
odd=("$here/odd-names.yaml")

check() {
  local name=$1
  shift
  "$rsom" run "$@" --workdir "$name-run" -j 2 2> run.log || { cat run.log; exit 1; }
  "$rsom" export snakemake "$@" --workdir "$name-smk" --output "$name-export"
  venv/bin/snakemake --snakefile "$name-export/Snakefile" --cores 2 > snakemake.log 2>&1 || { tail -n 40 snakemake.log; exit 1; }
  "$rsom" run "$@" --workdir "$name-smk" 2>&1 | tee again.log
  grep -q "nothing to do" again.log
  diff -r --exclude .rsom --exclude .snakemake --exclude .snakemake_timestamp --exclude run.json "$name-run" "$name-smk"
  "$rsom" diff "$name-run" "$name-smk"
  venv/bin/snakemake --snakefile "$name-export/Snakefile" --cores 2 > snakemake.log 2>&1
  grep -q "Nothing to be done" snakemake.log
}

check small "${small[@]}"
check odd "${odd[@]}"
echo "the same by $(venv/bin/snakemake --version | sed 's/^/Snakemake /') and by rsom run"
