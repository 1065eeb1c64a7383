#!/usr/bin/env bash
# Two studies by Slurm, and the same by 'rsom run': equal bytes, and nothing left to do. Needs a Slurm that takes jobs from this machine
# (Debian: slurm-wlm, one node is enough); without one, it says so and does nothing.
# Usage: slurm.sh [target/release/rsom [folder that the nodes share]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rsom=$(realpath "${1:-$here/../../target/release/rsom}")
if ! command -v sbatch > /dev/null || ! timeout 10 sinfo -h -t idle,alloc,mix | grep -q .; then
  echo "skipped: no Slurm takes jobs here"
  exit 0
fi
folder=$(mktemp -d ${2:+-p "$2"})
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$rsom" example quickstart

small=(quickstart/pipelines/quickstart.yaml --set 'net=[unet]' --set 's=[0,10]' --set epochs=1 --set 'shape=[32,4,64]')
odd=("$here/odd-names.yaml")

check() {
  local name=$1
  shift
  "$rsom" run "$@" --workdir "$name-run" -j 2 2> run.log || { cat run.log; exit 1; }
  "$rsom" export slurm "$@" --workdir "$name-slurm" --output "$name jobs" --minutes 5
  # A small node has less memory than what is asked for where nothing is known.
  sh "$name jobs/submit.sh" --mem=1G | tee submitted.log
  last=$(sed -n 's/.*the last job is //p' submitted.log)
  until ! squeue -h -j "$last" 2> /dev/null | grep -q .; do sleep 1; done
  cat "$name jobs/logs/collect.log"
  "$rsom" run "$@" --workdir "$name-slurm" 2>&1 | tee again.log
  grep -q "nothing to do" again.log
  diff -r --exclude .rsom --exclude run.json "$name-run" "$name-slurm"
  "$rsom" diff "$name-run" "$name-slurm"
}

# Two submissions at once: their jobs wait for each other, and both end well.
twice() {
  "$rsom" export slurm "$@" --workdir twice --output "twice jobs" --minutes 5
  sed 's/collect.log/collect2.log/; s/-%a.log/-%a.second.log/' "twice jobs/submit.sh" > "twice jobs/second.sh"
  sh "twice jobs/submit.sh" --mem=1G
  sh "twice jobs/second.sh" --mem=1G | tee submitted.log
  while squeue -h | grep -q .; do sleep 1; done
  cat "twice jobs"/logs/collect*.log
  [ "$(grep -l 'tasks are done' "twice jobs"/logs/collect*.log | wc -l)" = 2 ]
  ! grep -l "error:" "twice jobs"/logs/*.log
  diff -r --exclude .rsom --exclude run.json small-run twice
}

check small "${small[@]}"
twice "${small[@]}"
check odd "${odd[@]}"
echo "the same by $(sbatch --version) and by rsom run"
