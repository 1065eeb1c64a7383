#!/usr/bin/env python3
"""A foreign stage in a few lines of plain Python: segments a scan by a threshold.

    rsom run pipelines/quickstart.yaml --swap layerseg=examples/threshold_stage.py
"""
import argparse, array, gzip, json, os, struct, sys, zlib

SPEC = {"contract": 1, "stage": "threshold", "version": "1.0", "commands": [{
    "name": "predict", "about": "Voxels of the first channel at or above a share of its largest intensity",
    "inputs": [{"name": "input", "kind": "volume"}], "outputs": [{"name": "output", "kind": "mask"}],
    "parameters": {"type": "object", "properties": {
        "share": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5}}}}]}
TYPES = {2: "B", 4: "h", 8: "i", 16: "f", 64: "d"}  # codes of voxel types: NIfTI's to those of Python's array


def segment(nifti, share):
    (nx, ny, nz), (code,) = struct.unpack_from("<3h", nifti, 42), struct.unpack_from("<h", nifti, 70)
    voxels, start = array.array(TYPES[code]), int(struct.unpack_from("<f", nifti, 108)[0])
    voxels.frombytes(nifti[start:start + nx * ny * nz * voxels.itemsize])
    limit, header = max(voxels) * share, bytearray(nifti[:348])  # the header keeps spacing and affine
    struct.pack_into("<8h", header, 40, 3, nx, ny, nz, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 2, 8)  # uint8
    struct.pack_into("<3f", header, 108, 352, 1, 0)  # where the voxels start, slope, intercept
    return bytes(header) + bytes(4) + bytes(voxel >= limit for voxel in voxels)


if sys.argv[1:] == ["spec"]:
    sys.exit(print(json.dumps(SPEC)))
parser = argparse.ArgumentParser()
parser.add_argument("command", choices=["predict"])
for flag in ["--input", "--output"]:
    parser.add_argument(flag, required=True)
parser.add_argument("--share", type=float, default=0.5)
parser.add_argument("--threads")
for flag in ["--quiet", "--json"]:
    parser.add_argument(flag, action="store_true")
given = parser.parse_args()
if not 0 <= given.share <= 1:
    parser.error("--share: from 0 to 1")
try:
    mask = segment(gzip.open(given.input).read(), given.share)
except (OSError, EOFError, KeyError, ValueError, OverflowError, struct.error, zlib.error) as fault:
    print(f"error: {given.input}: no little-endian .nii.gz of a plain voxel type ({fault})", file=sys.stderr)
    sys.exit(3)
try:
    with open(given.output + ".partial", "wb") as file:  # the output appears whole or not at all
        file.write(gzip.compress(mask, mtime=0))
    os.replace(given.output + ".partial", given.output)
except OSError as fault:
    print(f"error: cannot write {given.output}: {fault.strerror}", file=sys.stderr)
    sys.exit(4)
if given.json:
    print(json.dumps({"stage": "threshold", "command": "predict", "outputs": {"output": given.output}}))
