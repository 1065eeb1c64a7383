#!/usr/bin/env bash
# The Windows program under wine, from the zip of packaging/dist.sh: a small study in the words of the quickstart, Ctrl-C, a work
# folder with a path of more than 260 characters, colors. Where wine or the zip is missing, it says so and does nothing.
#
#   windows.sh [ZIP]        else the newest one in target/dist
#
# WINE_BCRYPT=FILE: bcryptprimitives.dll for versions of wine that lack it (before 8.3).
# WINE_CTRL_C=FILE: a Windows program that starts a command line in a console of its own and presses Ctrl-C (ctrl_c.c beside this
# file, compiled by x86_64-w64-mingw32-gcc); where the compiler is installed, it is made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
zip=${1:-$(ls -t "${CARGO_TARGET_DIR:-$here/../../target}"/dist/rsom-*-windows-gnu.zip 2> /dev/null | head -n 1)}
if [ -z "$zip" ] || ! command -v wine > /dev/null; then
  echo "skipped: $([ -z "$zip" ] && echo "there is no zip; packaging/dist.sh x86_64-pc-windows-gnu builds it" || echo "wine is not installed")"
  exit 0
fi
zip=$(realpath "$zip")
folder=$(mktemp -d)
export WINEPREFIX=$folder/prefix WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=;bcryptprimitives=n,b"
stop() { wineserver -k 2> /dev/null || /usr/lib/wine/wineserver64 -k 2> /dev/null || true; rm -rf "$folder"; }
trap stop EXIT
cd "$folder"
unzip -q "$zip"
program=$(ls "$folder"/rsom-*-windows-gnu/rsom.exe)
if [ -n "${WINE_BCRYPT:-}" ]; then cp "$WINE_BCRYPT" "$(dirname "$program")/bcryptprimitives.dll"; fi
rsom() { wine "$program" "$@" 2> >(grep -v -e "wine32 is missing" -e "multiarch needs" -e "dpkg --add" -e 'wine32:i386' >&2); }

rsom --version
rsom doctor
rsom example quickstart
small=(quickstart/pipelines/quickstart.yaml --set 'net=[unet]' --set 's=[0,10]' --set epochs=1 --set 'shape=[32,4,64]')
rsom run "${small[@]}" -j 2 2> run.log || { tail -n 20 run.log; exit 1; }
tail -n 1 run.log
rsom run "${small[@]}" 2>&1 | tee again.log | tail -n 1
grep -q "nothing to do" again.log

# A path of more than 260 characters.
deep=$(printf 'a_folder_with_a_long_name_%02d/' 1 2 3 4 5 6 7 8 9 10)
rsom run "${small[@]}" --workdir "$deep" --until generate -j 2 2> run.log || { tail -n 20 run.log; exit 1; }
tail -n 1 run.log
rsom run "${small[@]}" --workdir "$deep" --until generate 2>&1 | grep "nothing to do"
echo "long path: $(echo "$folder/$deep" | wc -c) characters"

# No colors where no terminal is.
for colors in unset set; do
  if [ "$colors" = set ]; then export NO_COLOR=1; fi
  if rsom run --no-such-flag 2>&1 | grep -q $'\x1b'; then echo "escape sequences in a file" >&2; exit 1; fi
done
unset NO_COLOR
echo "no escape sequences in files"

ctrl_c=${WINE_CTRL_C:-$folder/ctrl_c.exe}
if [ ! -e "$ctrl_c" ] && command -v x86_64-w64-mingw32-gcc > /dev/null; then
  x86_64-w64-mingw32-gcc -o "$ctrl_c" "$here/ctrl_c.c"
fi
if [ ! -e "$ctrl_c" ]; then
  echo "skipped: Ctrl-C; x86_64-w64-mingw32-gcc is not installed"
  exit 0
fi
# A console is where a terminal is: 'script' makes one. The helper ends with 0 if the run ended with 130 and left no process.
long="quickstart/pipelines/quickstart.yaml --set net=[unet] --set epochs=40 --workdir stopped"
if script -qec "wine $ctrl_c 12 $program run $long -j 2" /dev/null < /dev/null > stop.log 2>&1; then
  echo "Ctrl-C: exit code 130, no process left"
else
  tail -c 3000 stop.log
  exit 1
fi
rsom run $long --until generate 2>&1 | tail -n 1
echo "the Windows program works"
