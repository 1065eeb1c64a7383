#!/usr/bin/env bash
# The image for clusters: packaging/apptainer.def built by Apptainer, and a small study with it. Where Apptainer is missing, it says
# so and does nothing.
#
#   apptainer.sh [PROGRAM]       the static program, else that of packaging/dist.sh
#
# APPTAINER_RUN: what stands before 'apptainer run', such as 'setpriv --reuid 1000 --clear-groups': Apptainer is made for users
# without rights of their own.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
program=$(realpath "${1:-${CARGO_TARGET_DIR:-$here/target}/x86_64-unknown-linux-musl/release/rsom}")
if ! command -v apptainer > /dev/null; then
  echo "skipped: Apptainer is not installed"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 777 "$folder"
cd "$folder"
apptainer build --build-arg "program=$program" rsom.sif "$here/packaging/apptainer.def" 2> build.log || { cat build.log; exit 1; }
ls -l rsom.sif
rsom() { ${APPTAINER_RUN:-} apptainer --silent run --bind "$folder:/study" --pwd /study rsom.sif "$@"; }

rsom --version
rsom doctor
rsom example quickstart
small=(quickstart/pipelines/quickstart.yaml --set 'net=[unet]' --set 's=[0,10]' --set epochs=1 --set 'shape=[32,4,64]')
rsom run "${small[@]}" -j 2 2> run.log || { tail -n 20 run.log; exit 1; }
tail -n 1 run.log
rsom run "${small[@]}" 2>&1 | tee again.log | tail -n 1
grep -q "nothing to do" again.log
cat runs/quickstart/results/table.md
echo "the image of Apptainer works"
