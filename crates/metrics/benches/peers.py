"""Python's side of the benchmark `peers`: prints the seconds of one task.

python peers.py TASK FOLDER NX NY NZ, with reference.u8 and prediction.u8 in the folder. Reading them is not timed.
"""
import sys
import time

import numpy as np

SPACING_MM = (0.012, 0.012, 0.003)


def medpy(reference, prediction):
    from medpy.metric import binary

    start = time.perf_counter()
    binary.hd95(prediction, reference, SPACING_MM)
    binary.assd(prediction, reference, SPACING_MM)
    return time.perf_counter() - start


def surface_distance(reference, prediction):
    import surface_distance as sd

    start = time.perf_counter()
    distances = sd.compute_surface_distances(reference, prediction, SPACING_MM)
    sd.compute_robust_hausdorff(distances, 95)
    sd.compute_average_surface_distance(distances)
    sd.compute_surface_dice_at_tolerance(distances, 0.006)
    return time.perf_counter() - start


def skeleton(reference, prediction):
    from skimage.morphology import skeletonize

    start = time.perf_counter()
    skeletonize(prediction)
    return time.perf_counter() - start


def main():
    task, folder, *shape = sys.argv[1:]
    shape = tuple(int(n) for n in shape)
    masks = [np.fromfile(f"{folder}/{name}.u8", np.uint8).reshape(shape) > 0 for name in ("reference", "prediction")]
    print(dict(medpy=medpy, surface_distance=surface_distance, skeleton=skeleton)[task](*masks))


main()
