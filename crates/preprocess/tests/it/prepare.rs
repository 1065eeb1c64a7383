//! The chain of steps on scans whose prepared form is known.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Array2, Array3, Array4};
use rsom_preprocess::{
    Choice, Detection, Feature, Level, Preparation, PreprocessError, Range, Rearrangement, Region,
    Surface, Target, Window, prepare, way_back,
};
use rsom_volume::{Grid, LabelMap, Scan, Spacing};

const SHAPE: [usize; 3] = [40, 2, 60];

fn nothing() -> Preparation {
    Preparation {
        resample: None,
        normalize: None,
        level: Level::Top,
        depth_range_vox: None,
        width_vox: None,
    }
}

/// A ramp down to the right: the boundary of column x stands before voxel 20 + x / 4.
fn boundary(x: usize) -> usize {
    20 + x / 4
}

/// Bright below the boundary; the 12 voxels below it carry label 1.
fn skin() -> (Scan, LabelMap) {
    let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
    let [nx, ny, nz] = SHAPE;
    let values = Array4::from_shape_fn(
        (nx, ny, nz, 1),
        |(x, _, z, _)| {
            if z >= boundary(x) { 50.0 } else { 10.0 }
        },
    );
    let labels = Array3::from_shape_fn(SHAPE, |(x, _, z)| {
        i32::from(z >= boundary(x) && z < boundary(x) + 12)
    });
    (
        Scan::new(grid.clone(), vec!["HF".into()], values).unwrap(),
        LabelMap::new(grid, labels, [].into()).unwrap(),
    )
}

fn true_surface() -> Surface {
    Surface {
        depth_vox: Array2::from_shape_fn((SHAPE[0], SHAPE[1]), |(x, _)| boundary(x) as f32),
    }
}

#[test]
fn without_steps_nothing_changes() {
    let (scan, labels) = skin();
    let out = prepare(scan.clone(), Some(labels.clone()), &nothing()).unwrap();
    assert_eq!(out.scan, scan);
    assert_eq!(out.labels, Some(labels));
    assert_eq!(out.shifts, None);
}

#[test]
fn a_flattened_layer_is_a_slab_at_the_top_of_the_depth_range() {
    let (scan, labels) = skin();
    let preparation = Preparation {
        level: Level::Given(true_surface()),
        depth_range_vox: Some([-30, 50]),
        width_vox: Some(32),
        ..nothing()
    };
    let out = prepare(scan, Some(labels), &preparation).unwrap();
    assert_eq!(out.scan.grid().shape(), [32, 2, 80]);
    let labels = out.labels.unwrap();
    for ((_, _, z), label) in labels.labels().indexed_iter() {
        assert_eq!(*label == 1, (30..42).contains(&z), "depth {z}");
    }
    assert!(out.scan.grid().require_same(labels.grid()).is_ok());
}

#[test]
fn a_detected_surface_does_nearly_as_well_as_the_true_one() {
    let (scan, labels) = skin();
    let detection = Detection {
        channel: Some("HF".into()),
        feature: Feature::Rise,
        choice: Choice::Strongest,
        scale_vox: 6,
        image_sigma_columns: 1.0,
        max_step_vox: 2,
        step_cost: 0.1,
        path_sigma_columns: 2.0,
    };
    let preparation = Preparation {
        level: Level::Detected(detection),
        depth_range_vox: Some([-10, 30]),
        ..nothing()
    };
    let out = prepare(scan, Some(labels), &preparation).unwrap();
    let labels = out.labels.unwrap();
    for column in labels.labels().lanes(ndarray::Axis(2)) {
        let first = column.iter().position(|l| *l == 1).unwrap();
        assert!((9..=11).contains(&first), "first layer voxel at {first}");
        assert_eq!(column.sum(), 12, "nothing is cut");
    }
}

#[test]
fn a_prepared_mask_goes_back_to_its_place_in_the_scan() {
    let (scan, labels) = skin();
    let preparation = Preparation {
        level: Level::Given(true_surface()),
        depth_range_vox: Some([-5, 20]),
        width_vox: Some(30),
        ..nothing()
    };
    let out = prepare(scan.clone(), Some(labels.clone()), &preparation).unwrap();
    let flat = out.labels.unwrap().select(&[1]);
    let shifts = out.shifts.unwrap();
    let (unroll, place) = way_back(flat.grid(), &shifts, scan.grid()).unwrap();
    let restored = place.mask(&unroll.mask(&flat).unwrap()).unwrap();
    assert!(restored.grid().require_same(scan.grid()).is_ok());
    let reference = labels.select(&[1]);
    for ((x, y, z), voxel) in restored.voxels().indexed_iter() {
        let kept = (5..35).contains(&x);
        assert_eq!(*voxel, kept && reference.voxels()[[x, y, z]], "{x} {y} {z}");
    }
}

#[test]
fn shrinking_normalizing_and_cropping_work_together() {
    let (scan, labels) = skin();
    let preparation = Preparation {
        resample: Some(Target::Shrink([2, 1, 4])),
        normalize: Some((Window::Max, Range::Byte)),
        depth_range_vox: Some([0, 16]),
        ..nothing()
    };
    let out = prepare(scan, Some(labels), &preparation).unwrap();
    assert_eq!(out.scan.grid().shape(), [20, 2, 16]);
    assert_eq!(out.labels.unwrap().grid().shape(), [20, 2, 16]);
    let values = out.scan.intensities();
    assert_eq!(values[[0, 0, 0, 0]], 51.0);
    assert_eq!(values[[0, 0, 14, 0]], 255.0);
    assert_eq!(values[[0, 0, 15, 0]], 0.0, "padding");
}

#[test]
fn labels_of_another_grid_and_empty_ranges_are_refused() {
    let (scan, labels) = skin();
    let moved = Region {
        start: [1, 0, 0],
        shape: SHAPE,
    }
    .labels(&labels)
    .unwrap();
    assert!(matches!(
        prepare(scan.clone(), Some(moved), &nothing()),
        Err(PreprocessError::Volume(_))
    ));
    for range in [[5, 5], [7, -2]] {
        let preparation = Preparation {
            depth_range_vox: Some(range),
            ..nothing()
        };
        assert!(matches!(
            prepare(scan.clone(), None, &preparation),
            Err(PreprocessError::EmptyRange { .. })
        ));
    }
    let narrow = Surface {
        depth_vox: Array2::zeros((3, 2)),
    };
    let preparation = Preparation {
        level: Level::Given(narrow),
        ..nothing()
    };
    assert!(matches!(
        prepare(scan, None, &preparation),
        Err(PreprocessError::ColumnMismatch { .. })
    ));
}
