#!/bin/sh
# Makes what a group would bring: forty made-up scans of 24 subjects, hand-drawn-like masks, and a spreadsheet.
#
#   sh examples/own_study.sh DIR        needs the program rsom
set -eu
to=${1:?"say where: sh own_study.sh DIR"}
mkdir -p "$to/scans" "$to/masks"
echo "participant;group;sex;age" > "$to/participants.csv"
n=1
while [ "$n" -le 24 ]; do
  id=$(printf 'S%02d' "$n")
  group=control
  thickness=80
  if [ $((n % 2)) -eq 0 ]; then group=psoriasis thickness=110; fi
  sex=f
  if [ $((n % 3)) -eq 0 ]; then sex=m; fi
  echo "$id;$group;$sex;$((25 + n * 7 % 41))" >> "$to/participants.csv"
  visits=2
  if [ "$n" -gt 16 ]; then visits=1; fi
  visit=1
  while [ "$visit" -le "$visits" ]; do
    rsom phantom scan --seed $((100 * n + visit)) --subject-seed "$n" --shape 64,6,96 --epidermis-um $thickness \
      --curvature-radius-mm 200 --tilt-deg 0.1 --undulation-um 6 --undulation-length-um 800 \
      --image "$to/scans/${id}_v$visit.nii.gz" --layer "$to/masks/${id}_v${visit}_mask.nii.gz" --quiet > /dev/null
    visit=$((visit + 1))
  done
  n=$((n + 1))
done
echo "$to: 40 scans of 24 subjects"
