#!/bin/sh
# A small stage that meets the stage contract, for tests of the engine. Each task adds a line to $DEMO_CALLS.
#   make  --output O [--text T] [--numbers N,…] [--fail CODE] [--wait SECONDS]
#   join  --input A B … [--extra E] --output O [--word W]
#   scan  --output X.nii.gz [--voxels V]          with a sidecar
#   fill  --output FOLDER --names a,b
set -e
[ "$1" = demo ] && shift
command=$1
shift
if [ "$command" = spec ]; then
    cat "$(dirname "$0")/spec.json"
    exit 0
fi
text=""; word="+"; inputs=""; extra=""; fail=0; wait=0; voxels=1; names=""; numbers=""
while [ $# -gt 0 ]; do
    flag=$1
    shift
    case $flag in
        --quiet | --json) continue ;;
        --threads) threads=$1; shift; continue ;;
        --input)
            while [ $# -gt 0 ]; do
                case $1 in --*) break ;; esac
                inputs="$inputs $1"
                shift
            done
            continue ;;
    esac
    case $flag in
        --output) output=$1 ;;
        --extra) extra=$1 ;;
        --text) text=$1 ;;
        --numbers) numbers=$1 ;;
        --word) word=$1 ;;
        --fail) fail=$1 ;;
        --wait) wait=$1 ;;
        --voxels) voxels=$1 ;;
        --names) names=$1 ;;
        *) echo "unknown flag $flag" >&2; exit 2 ;;
    esac
    shift
done
echo "$command $output threads=$threads" >>"$DEMO_CALLS"
if [ "$wait" != 0 ]; then
    if [ -n "$RSOM_PROGRESS" ]; then echo 1/2 >"$RSOM_PROGRESS"; fi
    sleep "$wait"
fi
if [ "$fail" != 0 ]; then
    echo "told to fail with $fail" >&2
    exit "$fail"
fi
case $command in
    make) echo "$text$numbers" >"$output.partial" ;;
    join) cat $inputs $extra | tr '\n' "$word" >"$output.partial" ;;
    scan)
        echo "$voxels" >"$output.partial"
        echo "{\"GeneratedBy\": \"$text\"}" >"${output%.nii.gz}.json"
        ;;
    fill)
        mkdir -p "$output"
        for name in $(echo "$names" | tr ',' ' '); do echo "$name" >"$output/$name.txt"; done
        exit 0
        ;;
    *) echo "unknown command $command" >&2; exit 2 ;;
esac
mv "$output.partial" "$output"
echo "{\"stage\": \"demo\", \"command\": \"$command\"}"
