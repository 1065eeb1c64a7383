"""Compares the vessel graphs of rsom, skan and VesselVio on masks whose truth is known.

python vessel_peers.py --rsom PATH [--vesselvio CHECKOUT] [--only WORD] [--numbers]

Needs numpy, scipy, scikit-image, nibabel, pandas, pyarrow, skan. VesselVio is not on PyPI: pass a checkout of
github.com/JacobBumgarner/VesselVio; its library needs numba, geomdl and igraph 0.10. Its imports of windows and plots are replaced by
empty stand-ins.

Each program gets the spacing in µm, and removes end branches shorter than 24 µm. skan takes the skeleton of scikit-image (Lee), and the
radius from scipy's distance transform with the spacing. The diameter is the mean over the length, for all programs.

A cell has the mean errors of length and diameter in %, and the numbers of branch points, ends and cycles, added up over the masks of the
row. "Lost": the program finds no length in that many masks; they are left out of the errors.

VesselVio writes a table of radii into its checkout: do not run two at once.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import types
import warnings
from importlib import metadata
from itertools import combinations, product
from pathlib import Path
from unittest import mock

import nibabel as nib
import numpy as np
import pandas as pd
from scipy import ndimage
from scipy.spatial import cKDTree

warnings.filterwarnings("ignore")
CUBE, FLAT = (12.0, 12.0, 12.0), (12.0, 12.0, 3.0)  # µm
SHORTEST_BRANCH = 24.0  # µm, the default of rsom
COUNTS = ("segments", "branches", "ends", "cycles")


# Shapes: curves with a radius each, and the truth.

def line(a, b):
    """Points each µm from a to b."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a + np.linspace(0, 1, int(np.linalg.norm(b - a)) + 2)[:, None] * (b - a)


def length(curve):
    return np.linalg.norm(np.diff(curve, axis=0), axis=1).sum()


def turned(points, seed=7):
    """Rotated, so that nothing lies along an axis by chance."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return np.asarray(points) @ q.T


def drawn(curves, spacing, shift=(0.3, 0.2, 0.4), margin=5):
    """The voxels whose center is in a tube. Free ends are flat; where curves meet, balls close the joint."""
    spacing = np.array(spacing)
    ends = [tuple(np.round(c[i], 3)) for c, _ in curves for i in (0, -1)]
    points = np.concatenate([c for c, _ in curves])
    widest = max(r for _, r in curves)
    low = points.min(0) - widest - margin * spacing + np.array(shift) * spacing
    shape = np.ceil((points.max(0) + widest + margin * spacing - low) / spacing).astype(int)
    mask = np.zeros(shape, bool)
    for curve, radius in curves:
        first = np.maximum(0, (curve.min(0) - radius - low) // spacing).astype(int)
        last = np.minimum(shape, (curve.max(0) + radius - low) // spacing + 2).astype(int)
        at = np.stack(np.meshgrid(*map(np.arange, first, last), indexing="ij"), -1)
        place = at * spacing + low
        distance, nearest = cKDTree(curve).query(place, distance_upper_bound=radius)
        inside = distance < radius
        for i, inner in ((0, 1), (-1, -2)):
            if ends.count(tuple(np.round(curve[i], 3))) == 1:
                out = (place - curve[i]) @ (curve[i] - curve[inner]) > 0
                inside &= ~(out & (nearest == i % len(curve)))
        mask[tuple(map(slice, first, last))] |= inside
    return mask


def truth(curves, segments, branches, ends, cycles):
    lengths = np.array([length(c) for c, _ in curves])
    diameter = 2 * (lengths * [r for _, r in curves]).sum() / lengths.sum()
    chord = np.array([np.linalg.norm(c[0] - c[-1]) for c, _ in curves])
    tortuosity = (lengths**2 / chord).sum() / lengths.sum() if (chord > 1).all() else np.nan
    counts = dict(segments=segments, branches=branches, ends=ends, cycles=cycles)
    return dict(length=lengths.sum(), diameter=diameter, tortuosity=tortuosity) | counts


def tube(direction, radius, total=720):
    direction = np.array(direction, float) / np.linalg.norm(direction)
    return [(line(0 * direction, total * direction), radius)]


def helix(around=120, pitch=300, turns=2):
    a = np.linspace(0, 2 * np.pi * turns, 4000)
    return turned(np.stack([around * np.cos(a), around * np.sin(a), pitch * a / (2 * np.pi)], 1))


def ring(around=180):
    a = np.linspace(0, 2 * np.pi, 2000)
    return turned(np.stack([around * np.cos(a), around * np.sin(a), 0 * a], 1))


def fork():
    """Murray's law: 42³ = 2 · 33.3³."""
    angle = np.deg2rad(37.5)
    legs = [turned(400 * np.array([np.cos(a), np.sin(a), 0])) for a in (angle, -angle)]
    return [(line(turned([-400, 0, 0]), [0, 0, 0]), 42.0)] + [(line([0, 0, 0], leg), 33.3) for leg in legs]


def lattice(side=240, radius=30):
    """3 × 2 × 2 nodes, all of them branch points, and 20 edges: 9 cycles."""
    nodes = np.array(list(product(range(3), range(2), range(2)))) * float(side)
    pairs = [(a, b) for a, b in combinations(nodes, 2) if np.isclose(np.linalg.norm(a - b), side)]
    return [(line(turned(a), turned(b)), radius) for a, b in pairs]


def tree():
    """Four generations by Murray's law."""
    curves = []

    def grow(start, direction, normal, size, radius, generation):
        end = start + size * direction
        curves.append((line(turned(start), turned(end)), radius))
        if generation < 3:
            for side in (1, -1):
                angle = side * np.deg2rad(38)
                way = np.cos(angle) * direction + np.sin(angle) * normal
                grow(end, way, np.cross(direction, normal), size * 0.8, radius * 0.5 ** (1 / 3), generation + 1)

    grow(np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), 400, 54, 0)
    return curves


def rough(mask, share=0.05, seed=1):
    """Flips a share of the voxels on both sides of the surface."""
    surface = (mask & ~ndimage.binary_erosion(mask)) | (~mask & ndimage.binary_dilation(mask))
    return mask ^ (surface & (np.random.default_rng(seed).random(mask.shape) < share))


OBLIQUE = [(1, 1, 0), (1, 0, 1), (1, 1, 1), (3, 1, 1), (1, 2, -1), (2, 1, 5), (1, -3, 2), (5, 2, 1)]

PLACES = [(0.3, 0.2, 0.4), (0.1, 0.7, 0.4), (0.6, 0.5, 0.9), (0.8, 0, 0)]  # of the grid, in voxels


def shapes():
    """Name, spacing, and the cases that share a row: mask and truth."""
    one = dict(segments=1, branches=0, ends=2, cycles=0)
    for spacing, radius in product((CUBE, FLAT), (24, 36, 60)):
        for name, way in (("x", (1, 0, 0)), ("y", (0, 1, 0))):
            along = tube(way, radius)
            yield f"tube r={radius}, {name} (4 places)", spacing, [(drawn(along, spacing, shift), truth(along, **one)) for shift in PLACES]
        tubes = [tube(way, radius) for way in OBLIQUE]
        yield f"tube r={radius} (8 oblique)", spacing, [(drawn(t, spacing), truth(t, **one)) for t in tubes]
    for axis in (0, 2):
        mask = np.zeros(np.roll([70, 12, 12], axis), bool)
        mask[tuple(np.roll(np.array([slice(5, 65), slice(5, 7), slice(5, 7)]), axis))] = True
        even = [(line([0, 0, 0], [720, 0, 0]), 24 / np.pi**0.5)]  # the circle with the area of 24 × 24 µm
        yield f"2 × 2 voxels, {'xyz'[axis]}", CUBE, [(mask, truth(even, **one))]
    for spacing in (CUBE, FLAT):
        for name, curves, counts in (
            ("helix r=30", [(helix(), 30.0)], (1, 0, 2, 0)),
            ("ring r=36", [(ring(), 36.0)], (1, 0, 0, 1)),
            ("Y", fork(), (3, 1, 3, 0)),
            ("lattice r=30", lattice(), (20, 12, 0, 9)),
            ("tree", tree(), (15, 7, 9, 0)),
        ):
            yield name, spacing, [(drawn(curves, spacing), truth(curves, *counts))]
        tubes = [tube(way, 36) for way in OBLIQUE]
        yield "rough (8 oblique)", spacing, [(rough(drawn(t, spacing), seed=i), truth(t, **one)) for i, t in enumerate(tubes)]
    yield from hard()


def hard():
    """Masks on which rsom is weak."""
    origin, far = np.zeros(3), np.array([300.0, 0, 0])

    def up(x, y, seed=7):
        return turned([x, y, 0.0], seed)

    cases = []
    for seed in range(8):
        parent = [(line(turned(-far, seed), origin), 60.0), (line(origin, turned(far, seed)), 60.0)]
        cases.append(parent + [(line(origin, up(0, 60 + 54, seed)), 20.0)])
    yield "side branch r=20, 54 out of r=60 (8 oblique)", CUBE, [(drawn(c, CUBE), truth(c, 3, 1, 3, 0)) for c in cases]
    parent = [(line(up(a, 0), up(b, 0)), 60.0) for a, b in ((-300, 0), (0, 50), (50, 300))]
    pair = parent + [(line(origin, up(0, 300)), 24.0), (line(up(50, 0), up(50, -300)), 24.0)]
    yield "two branch points, 50 apart on r=60", CUBE, [(drawn(pair, CUBE), truth(pair, 5, 2, 4, 0))]
    side = [(line(up(0, y), up(600, y)), 30.0) for y in (0, 73)]
    yield "two tubes r=30, 13 apart", CUBE, [(drawn(side, CUBE), truth(side, 2, 0, 4, 0))]
    corners = [up(80 * i, 80 * (i % 2)) for i in range(8)]
    zigzag = np.concatenate([line(a, b)[: None if b is corners[-1] else -1] for a, b in zip(corners, corners[1:])])
    yield "zigzag r=36, 90° every 113", CUBE, [(drawn([(zigzag, 36.0)], CUBE), truth([(zigzag, 36.0)], 1, 0, 2, 0))]
    short = [tube(way, 36, 72) for way in OBLIQUE]
    yield "short tube r=36 (8 oblique)", CUBE, [(drawn(t, CUBE), truth(t, 1, 0, 2, 0)) for t in short]
    one = tube((1, 2, -1), 36)
    yield "tube r=36 and 40 specks of 3 voxels", CUBE, [(specked(drawn(one, CUBE, margin=10), 40), truth(one, 1, 0, 2, 0))]


def specked(mask, count, seed=0):
    """Rods of 3 voxels that touch nothing."""
    mask, random = mask.copy(), np.random.default_rng(seed)
    while count > 0:
        at = random.integers(2, np.array(mask.shape) - 5)
        if not mask[tuple(slice(a - 2, a + 5) for a in at)].any():
            size = np.roll([3, 1, 1], random.integers(3))
            mask[tuple(slice(a, a + s) for a, s in zip(at, size))] = True
            count -= 1
    return mask


# Programs: each gives the measures of a mask.

def total(lengths, diameters, tortuosities):
    weight = lengths.sum()
    known = np.isfinite(tortuosities)
    return dict(length=weight, diameter=(lengths * diameters).sum() / weight,
                tortuosity=np.average(tortuosities[known], weights=lengths[known]) if known.any() else np.nan)


def rsom(program, mask, spacing, *flags):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        layer = np.zeros_like(mask)
        layer[:, :, 0] = True
        for name, array in (("layer", layer), ("vessels", mask)):
            x, y, z = np.array(spacing) / 1000
            image = nib.Nifti1Image(array.astype(np.uint8), np.diag([x, y, -z, 1]))  # z points down
            image.header.set_xyzt_units("mm")
            nib.save(image, folder / f"{name}.nii.gz")
        subprocess.run([program, "metrics", "biomarkers", "--quiet", "--threads", "1", "--layer", folder / "layer.nii.gz",
                        "--vessels", folder / "vessels.nii.gz", "--output", folder / "b.parquet", *flags], check=True)
        table = pd.read_parquet(folder / "b.parquet")
    found = dict(zip(table.metric, table.value))
    names = dict(length="vessel_length_mm", diameter="vessel_diameter_um", tortuosity="vessel_tortuosity", segments="vessel_segment_count",
                 branches="branch_count", ends="vessel_end_count", cycles="vessel_cycle_count")
    found = {name: found[metric] for name, metric in names.items()}
    return found | {"length": 1000 * found["length"]}


def skan(mask, spacing, shortest=SHORTEST_BRANCH):
    from skan import Skeleton, summarize
    from skimage.morphology import skeletonize

    lines = skeletonize(mask, method="lee") > 0
    radius = ndimage.distance_transform_edt(mask, sampling=spacing)
    if lines.sum() < 2:
        return dict.fromkeys(("length", "diameter", "tortuosity", *COUNTS), 0.0)
    skeleton = Skeleton(lines * radius, spacing=spacing)
    while True:
        table = summarize(skeleton, separator="_")
        spurs = table.index[(table.branch_type == 1) & (table.branch_distance < shortest)]
        if len(spurs) == 0:
            break
        skeleton = skeleton.prune_paths(spurs)
    loops = table.branch_type == 3
    nodes, degrees = np.unique(table.loc[~loops, ["node_id_src", "node_id_dst"]], return_counts=True)
    lengths, chords = table.branch_distance.to_numpy(), table.euclidean_distance.to_numpy()
    found = total(lengths, 2 * table.mean_pixel_value.to_numpy(), np.where(chords > 0, lengths / chords, np.nan))
    return found | dict(segments=len(table), branches=(degrees > 2).sum(), ends=(degrees == 1).sum(),
                        cycles=len(table) - len(nodes) - loops.sum() + table.skeleton_id.nunique())


def load_vesselvio(checkout):
    """VesselVio's analysis without its window."""
    import igraph  # noqa: F401, before matplotlib is replaced
    import skan  # noqa: F401

    os.chdir(checkout)  # it looks for its files in the working folder
    sys.path.insert(0, ".")
    for name in ("pyvista", "cv2", "PyQt5", "PyQt5.QtGui", "PyQt5.QtWidgets", "matplotlib", "matplotlib.cm"):
        sys.modules[name] = mock.MagicMock()
    import skimage.morphology

    skimage.morphology.skeletonize_3d = skimage.morphology.skeletonize  # only used for images
    from library import feature_extraction, graph_processing, volume_processing

    return types.SimpleNamespace(features=feature_extraction, graphs=graph_processing, volumes=volume_processing)


def vesselvio(parts, mask, spacing, shortest=SHORTEST_BRANCH):
    """The steps of its VVTerminal.py, process_volume."""
    resolution = np.flip(np.array(spacing))
    volume, low = parts.volumes.volume_prep(mask.T.astype(np.uint8))
    volume = parts.volumes.pad_volume(volume)
    points = parts.volumes.skeletonize(volume)
    radii, shown = parts.volumes.radii_calc_input(volume, points, resolution)
    graph = parts.graphs.create_graph(volume.shape, radii, shown, points, low)
    parts.graphs.prune_input(graph, shortest, resolution)
    parts.graphs.filter_input(graph, 10, resolution)
    if not graph.vs:
        return dict.fromkeys(("length", "diameter", "tortuosity", *COUNTS), 0.0)
    results, segments = parts.features.feature_input(graph, resolution, "", image_shape=volume.shape, save_seg_results=True)
    segments = np.array(segments)
    found = total(segments[:, 2], 2 * segments[:, 5], np.where(segments[:, 4] > 0, segments[:, 4], np.nan))
    return found | dict(segments=len(segments), branches=results[6], ends=results[7],
                        cycles=len(graph.es) - len(graph.vs) + len(graph.components()))


# The table.

def cell(found, truths):
    """Mean errors of length and diameter over the masks in which something is left; totals of branch points, ends and cycles."""
    left = [(f, t) for f, t in zip(found, truths) if f["length"] > 0]
    text = "– / –"
    if left:
        means = [np.mean([100 * (f[key] / t[key] - 1) for f, t in left]) for key in ("length", "diameter")]
        text = " / ".join(f"{round(mean):+d}" if round(mean) else "0" for mean in means)
    counts = " ".join(str(sum(int(f[key]) for f in found)) for key in ("branches", "ends", "cycles"))
    lost = f", **{len(found) - len(left)} lost**" if len(left) < len(found) else ""
    return f"{text} · {counts}{lost}"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rsom", required=True)
    options.add_argument("--vesselvio", help="checkout of VesselVio")
    options.add_argument("--only", default="", help="only shapes whose name has this word")
    options.add_argument("--numbers", action="store_true", help="print all measures of each mask, too")
    options = options.parse_args()
    program = Path(options.rsom).resolve()
    programs = {"rsom": lambda mask, spacing: rsom(program, mask, spacing), "skan": skan}
    if options.vesselvio:
        parts = load_vesselvio(options.vesselvio)
        programs["VesselVio"] = lambda mask, spacing: vesselvio(parts, mask, spacing)
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    packages = ", ".join(f"{name} {metadata.version(name)}" for name in ("skan", "scikit-image", "scipy", "numpy"))
    print(f"{version}; {packages}\n")
    print(f"| shape | voxels (µm) | truth (µm · branch points, ends, cycles) | {' | '.join(programs)} |")
    print("|---|---|---|" + "---|" * len(programs))
    for name, spacing, cases in shapes():
        if options.only not in name:
            continue
        truths = [t for _, t in cases]
        counts = [str(sum(t[key] for t in truths)) for key in ("branches", "ends", "cycles")]
        sizes = f"{truths[0]['length']:.0f} / {truths[0]['diameter']:.0f}"
        row = [name, " × ".join(f"{s:.0f}" for s in spacing), f"{sizes} · {' '.join(counts)}"]
        for label, measure in programs.items():
            found = [measure(mask, spacing) for mask, _ in cases]
            row.append(cell(found, truths))
            if options.numbers:
                for f, t in zip(found, truths):
                    print(label, name, spacing, {k: (round(float(f[k]), 2), round(float(t[k]), 2)) for k in t}, file=sys.stderr)
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
