#!/usr/bin/env bash
# The container image: built from the static program, and a small study in it with a mounted folder. Where podman is missing or may
# not run containers, buildah runs the program in the image without isolation; where both are missing, it says so and does nothing.
#
#   container.sh [FOLDER]        the unpacked archive of packaging/dist.sh, else the newest one in target/dist
#
# BASE=IMAGE: an image with a shell below the program.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
archive=${1:-$(ls -dt "${CARGO_TARGET_DIR:-$here/target}"/dist/rsom-*-linux-musl/ 2> /dev/null | head -n 1)}
if [ -z "$archive" ]; then
  echo "skipped: there is no static archive; packaging/dist.sh builds it"
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A store of its own: the images of the user stay as they are.
store=(--root "$folder/store" --runroot "$folder/run" --storage-driver vfs)
runs=()
if command -v podman > /dev/null; then
  runs+=("podman ${store[*]} run --rm" "podman ${store[*]} --runtime runc run --rm --ulimit nofile=1024:1024 --ulimit nproc=4096:4096")
  build=(podman "${store[@]}" build --isolation chroot)
fi
if command -v buildah > /dev/null; then
  build=(buildah "${store[@]}" build --isolation chroot)
fi
if [ -z "${build+x}" ]; then
  echo "skipped: neither podman nor buildah is installed"
  exit 0
fi
"${build[@]}" ${BASE:+--build-arg "BASE=$BASE"} -f "$here/packaging/Containerfile" -t rsom "$archive" > "$folder/build.log" 2>&1 || { cat "$folder/build.log"; exit 1; }

# 'rsom' in the image, with the folder of the study at /study.
study=$folder/study
mkdir "$study"
way=
for run in "${runs[@]}"; do
  if $run -v "$study:/study" rsom --version > /dev/null 2> "$folder/refused.log"; then
    way=$run
    break
  fi
  echo "not here: ${run//"${store[*]} "/}: $(tail -n 1 "$folder/refused.log")"
done
if [ -z "$way" ] && command -v buildah > /dev/null; then
  way=buildah
  container=$(buildah "${store[@]}" from rsom)
fi
rsom() {
  case $way in
    buildah) buildah "${store[@]}" run --isolation chroot -v "$study:/study" "$container" -- rsom "$@" ;;
    *) $way -v "$study:/study" rsom "$@" ;;
  esac
}
echo "runs by: ${way//"${store[*]} "/}"

rsom --version
rsom doctor
rsom example quickstart
small=(quickstart/pipelines/quickstart.yaml --set 'net=[unet]' --set 's=[0,10]' --set epochs=1 --set 'shape=[32,4,64]')
rsom run "${small[@]}" -j 2 2> "$folder/run.log" || { tail -n 20 "$folder/run.log"; exit 1; }
tail -n 1 "$folder/run.log"
rsom run "${small[@]}" 2>&1 | tee "$folder/again.log" | tail -n 1
grep -q "nothing to do" "$folder/again.log"
cat "$study/runs/quickstart/results/table.md"
echo "the container works"
