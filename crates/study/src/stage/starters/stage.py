#!/usr/bin/env python3
"""my_stage: a stage of rsom in Python, with numpy and nibabel.

    rsom stage check ./my_stage.py
    rsom run study.yaml --swap layerseg=./my_stage.py
"""
import argparse
import json
import os
import sys

# What the stage can do. 'rsom plan' reads it, and checks pipelines with it.
SPEC = {
    "contract": 1,
    "stage": "my_stage",
    "version": "0.1",
    "commands": [{
        "name": "predict",
        "about": "Segment a scan by a threshold",
        "inputs": [{"name": "input", "kind": "volume"}],
        "outputs": [{"name": "output", "kind": "mask", "grid_of": "input"}],
        "parameters": {"type": "object", "properties": {
            "share": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5,
                      "description": "Lowest intensity, as a share of the largest"},
        }},
    }],
}


def predict(voxels, share):
    """The mask of a scan: voxels of shape (x, y, z). Put your method here."""
    return voxels >= share * voxels.max()


def main():
    if sys.argv[1:] == ["spec"]:
        print(json.dumps(SPEC))
        return 0
    # Wrong usage ends with exit code 2, as argparse does.
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("command", choices=["predict"])
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not 0 <= given.share <= 1:
        parser.error("--share: from 0 to 1")
    import nibabel
    import numpy
    try:
        image = nibabel.load(given.input)
        voxels = numpy.asarray(image.dataobj, dtype=numpy.float32)
        if voxels.ndim == 4:
            voxels = voxels[..., 0]
    except Exception as fault:  # nibabel raises many kinds for broken files
        print(f"error: {given.input}: {fault}", file=sys.stderr)
        return 3
    mask = predict(voxels, given.share).astype(numpy.uint8)
    # The header keeps voxel size, units and position.
    header = nibabel.Nifti1Header.from_header(image.header)
    header.set_data_dtype(numpy.uint8)
    header.set_slope_inter(1, 0)
    # The output appears whole or not at all.
    partial = os.path.join(os.path.dirname(given.output), ".partial-" + os.path.basename(given.output))
    try:
        nibabel.save(nibabel.Nifti1Image(mask, image.affine, header), partial)
        os.replace(partial, given.output)
    except OSError as fault:
        print(f"error: {given.output}: {fault.strerror}", file=sys.stderr)
        return 4
    if given.json:
        print(json.dumps({"voxels": int(mask.sum())}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
