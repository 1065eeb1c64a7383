#!/usr/bin/env bash
# Stages in Python with numpy, nibabel and onnxruntime, and in R: they meet the contract, and take the place of a stage in a study.
# Installs the packages into a scratch environment; where that cannot be, it says so and does nothing. R is used where it is.
# Usage: foreign.sh [target/release/rsom]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rsom=$(realpath "${1:-$here/../../target/release/rsom}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if ! { python3 -m venv venv && venv/bin/pip install --quiet numpy nibabel onnx onnxruntime; }; then
  echo "skipped: numpy, nibabel and onnxruntime cannot be installed here"
  exit 0
fi
export PATH="$folder/venv/bin:$PATH"

"$rsom" stage new threshold.py
"$rsom" stage check threshold.py
if command -v Rscript > /dev/null; then
  "$rsom" stage new threshold.R
  "$rsom" stage check threshold.R
else
  echo "skipped: there is no R here"
fi

# A network of one convolution over two channels, as an ONNX file.
venv/bin/python - <<'END'
import numpy, onnx
from onnx import helper, TensorProto
kernel = numpy.full((1, 2, 3, 3), 1 / 9, numpy.float32)
graph = helper.make_graph(
    [helper.make_node("Conv", ["input", "kernel", "bias"], ["logits"], pads=[1, 1, 1, 1])], "net",
    [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 2, "depth", "width"])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 1, "depth", "width"])],
    [helper.make_tensor("kernel", TensorProto.FLOAT, kernel.shape, kernel.ravel()),
     helper.make_tensor("bias", TensorProto.FLOAT, [1], [-120])])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.save(model, "net.onnx")
END
"$rsom" stage check "$here/../../examples/onnx_stage.py" --input network=net.onnx

# In a study: the masks are those of the program, on the grids of the scans, and measured as any other.
"$rsom" example quickstart > /dev/null
small=(quickstart/pipelines/quickstart.yaml --set 'net=[unet]' --set 's=[0,10]' --set epochs=1 --set 'shape=[32,4,64]' --until evaluate)
"$rsom" run "${small[@]}" --swap predict=./threshold.py --workdir out -j 2 2>&1 | tail -n 1
venv/bin/python - <<'END'
import nibabel, numpy
scan, mask = (nibabel.load(f"out/{name}.nii.gz") for name in ["scans/p01", "masks/p01_unet_s0"])
voxels = numpy.asarray(scan.dataobj, dtype=numpy.float32)
voxels = voxels[..., 0] if voxels.ndim == 4 else voxels
assert (numpy.asarray(mask.dataobj) == (voxels >= 0.5 * voxels.max())).all()
assert numpy.allclose(scan.affine, mask.affine)
END
echo "stages in Python meet the contract and take the place of ours"
