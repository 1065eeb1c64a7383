#!/usr/bin/env bash
# Two studies by Snakemake, and the same by 'rsom run': equal bytes, and nothing left to do. Installs Snakemake into a scratch
# environment; where that cannot be, it says so and does nothing. Usage: snakemake.sh [target/release/rsom]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rsom=$(realpath "${1:-$here/../../target/release/rsom}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if ! { python3 -m venv venv && venv/bin/pip install --quiet 'snakemake>=9,<10'; }; then
  echo "skipped: Snakemake cannot be installed here"
  exit 0
fi
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

# After a run with another value, the export knows what is old; an output that was edited stays.
change() {
  cat > change.yaml <<'END'
name: change
params: { v: 1 }
stages:
  file: { matrix: { n: [1, 2] }, run: "sh -c 'echo ${v} >$0' ${out.o}", out: { o: "d/${n}.txt" } }
  fold: { matrix: { n: [1, 2] }, run: "sh -c 'mkdir -p $0; cat $1 >$0/a' ${out.o} ${in.x}", in: { x: file.o }, out: { o: "fold${n}/" } }
END
  "$rsom" run change.yaml --workdir change 2> /dev/null
  sleep 1.1
  "$rsom" export snakemake change.yaml --workdir change --set v=2 --output change-export
  venv/bin/snakemake --snakefile change-export/Snakefile --cores 2 > snakemake.log 2>&1
  "$rsom" run change.yaml --workdir change --set v=2 2>&1 | tee again.log
  grep -q "nothing to do" again.log
  test "$(cat change/fold1/a)" = 2
  echo "my correction" > change/d/1.txt
  echo "my notes" > change/fold2/notes.txt
  sleep 1.1
  "$rsom" export snakemake change.yaml --workdir change --set v=3 --output change-export
  if venv/bin/snakemake --snakefile change-export/Snakefile --cores 2 --keep-going > snakemake.log 2>&1; then
    echo "an edited output was written over" >&2
    exit 1
  fi
  grep -q "d/1.txt" snakemake.log
  test "$(cat change/d/1.txt)" = "my correction"
  test "$(cat change/fold2/notes.txt)" = "my notes"
  test "$(cat change/fold2/a)" = 3
}

change
check small "${small[@]}"
check odd "${odd[@]}"
echo "the same by $(venv/bin/snakemake --version | sed 's/^/Snakemake /') and by rsom run"
