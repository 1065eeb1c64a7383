#!/bin/sh
# my_stage: a stage of rsom that calls any program, such as one of FSL, ANTs or your own.
#
#   rsom stage check ./my_stage.sh
#   rsom run study.yaml --swap STEP=./my_stage.sh

if [ "$*" = spec ]; then
  cat <<'END'
{"contract": 1, "stage": "my_stage", "version": "0.1", "commands": [{
  "name": "filter",
  "about": "Pass a scan through a program",
  "inputs": [{"name": "input", "kind": "volume"}],
  "outputs": [{"name": "output", "kind": "volume", "grid_of": "input"}],
  "parameters": {"type": "object", "properties": {}}}]}
END
  exit 0
fi

# Ends with a message: 2 wrong usage, 3 a bad input, 4 an output that cannot be written.
end() {
  code=$1
  shift
  echo "error: $*" >&2
  exit "$code"
}

[ "$1" = filter ] || end 2 "the command is filter"
shift
input= output= json=
while [ $# -gt 0 ]; do
  case $1 in
    --input) input=$2; shift 2 || end 2 "--input needs a file" ;;
    --output) output=$2; shift 2 || end 2 "--output needs a file" ;;
    --threads) shift 2 || end 2 "--threads needs a number" ;;
    --quiet) shift ;;
    --json) json=yes; shift ;;
    *) end 2 "unknown: $1" ;;
  esac
done
[ -n "$input" ] && [ -n "$output" ] || end 2 "--input and --output are needed"

# What is no compressed file is no .nii.gz.
gzip -t "$input" 2>/dev/null || end 3 "$input: there is no such file, or it is no .nii.gz"

# Put your program here. The output appears whole or not at all.
partial=$(dirname "$output")/.partial-$(basename "$output")
trap 'rm -f "$partial"' EXIT
cp "$input" "$partial" 2>/dev/null && mv "$partial" "$output" || end 4 "$output: it cannot be written"
[ -z "$json" ] || echo '{}'
