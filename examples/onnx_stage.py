#!/usr/bin/env python3
"""A network of one's own as a stage: an ONNX file, B-scan by B-scan, with numpy, nibabel and onnxruntime.

    rsom stage check examples/onnx_stage.py --input network=net.onnx
    rsom run study.yaml --swap predict=examples/onnx_stage.py

The network takes (1, channels, depth, width) and gives one value for each pixel, (1, 1, depth, width): a logit. Export one from PyTorch by
torch.onnx.export(net, torch.zeros(1, 1, 64, 64), "net.onnx", dynamic_axes={"input": [2, 3]}). For TorchScript, replace the session by
torch.jit.load(path) and its call.
"""
import argparse
import json
import os
import sys

SPEC = {
    "contract": 1, "stage": "onnx", "version": "1.0",
    "commands": [{
        "name": "predict", "about": "Segment a scan by a network in an ONNX file",
        "inputs": [{"name": "input", "kind": "volume"}, {"name": "network", "kind": "document"}],
        "outputs": [{"name": "output", "kind": "mask", "grid_of": "input"},
                    {"name": "probabilities", "kind": "probabilities", "grid_of": "input", "required": False}],
        "parameters": {"type": "object", "properties": {
            "threshold": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5,
                          "description": "Lowest probability of a voxel of the layer"},
            "scale": {"type": "number", "default": 1, "description": "Factor of the intensities"}}}}]}


def probabilities(voxels, session, scale):
    """The probability of each voxel, of shape (x, y, z), from intensities of shape (x, y, z, channel)."""
    import numpy
    found = numpy.empty(voxels.shape[:3], numpy.float32)
    name = session.get_inputs()[0].name
    for y in range(voxels.shape[1]):
        bscan = voxels[:, y].transpose(2, 1, 0)[None] * numpy.float32(scale)  # (1, channel, depth, width)
        logits = session.run(None, {name: numpy.ascontiguousarray(bscan)})[0]
        found[:, y] = (1 / (1 + numpy.exp(-logits[0, 0]))).T
    return found


def fail(code, path, fault):
    print(f"error: {path}: {fault}", file=sys.stderr)
    sys.exit(code)


def save(values, image, path):
    """Writes a volume on the grid of a scan. It appears whole or not at all."""
    import nibabel
    header = nibabel.Nifti1Header.from_header(image.header)
    header.set_data_dtype(values.dtype)
    header.set_slope_inter(1, 0)
    partial = os.path.join(os.path.dirname(path), ".partial-" + os.path.basename(path))
    try:
        nibabel.save(nibabel.Nifti1Image(values, image.affine, header), partial)
        os.replace(partial, path)
    except OSError as fault:
        fail(4, path, fault.strerror)


def main():
    if sys.argv[1:] == ["spec"]:
        print(json.dumps(SPEC))
        return
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("command", choices=["predict"])
    for flag in ["--input", "--network", "--output"]:
        parser.add_argument(flag, required=True)
    parser.add_argument("--probabilities")
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--threads", type=int, default=1)
    for flag in ["--quiet", "--json"]:
        parser.add_argument(flag, action="store_true")
    given = parser.parse_args()
    if not 0 <= given.threshold <= 1:
        parser.error("--threshold: from 0 to 1")
    import nibabel
    import numpy
    import onnxruntime
    try:
        image = nibabel.load(given.input)
        voxels = numpy.asarray(image.dataobj, dtype=numpy.float32)
    except Exception as fault:  # nibabel raises many kinds for broken files
        fail(3, given.input, fault)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = given.threads
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(given.network, options, providers=["CPUExecutionProvider"])
        found = probabilities(voxels.reshape(voxels.shape[:3] + (-1,)), session, given.scale)
    except Exception as fault:  # no ONNX file, or another number of channels
        fail(3, given.network, str(fault).splitlines()[0])
    if given.probabilities:
        save(found, image, given.probabilities)
    mask = (found >= given.threshold).astype(numpy.uint8)
    save(mask, image, given.output)
    if given.json:
        print(json.dumps({"voxels": int(mask.sum())}))


if __name__ == "__main__":
    main()
