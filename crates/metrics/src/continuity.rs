//! Continuity of a layer seen from above: whether it is one piece or many.

use rsom_measures::schema::{LARGEST_PIECE_SHARE, PIECE_COUNT, RUN_LENGTH_SHARE};

use crate::pieces::pieces;
use crate::{Columns, Measurement, Metric, Pair, Settings, Within};

/// The pieces of a layer, seen from above.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Continuity {
    /// Number of connected pieces; 0 for an empty layer. When B-scans are not dense, the sum over B-scans: an unbroken layer
    /// has one in each.
    pub pieces: usize,
    /// Share of the layer's columns in the largest piece, above 0 up to 1. When B-scans are not dense, in the largest piece
    /// of their B-scan. `None` for an empty layer.
    pub largest_share: Option<f64>,
    /// Mean length of the unbroken runs of columns along x, divided by the scan's width: 1 when the layer covers every
    /// B-scan that it is in. `None` for an empty layer.
    pub mean_run_share: Option<f64>,
}

impl Continuity {
    /// Measures a layer. Columns with layer voxels are connected when they share an edge; when B-scans are not `dense`, only
    /// within a B-scan. The depth does not matter: a step of any height does not break the layer.
    #[must_use]
    pub fn of(layer: &Columns, dense: bool) -> Self {
        let covered = layer.covered();
        let parts = pieces(covered.view(), dense);
        let columns: usize = parts.iter().flatten().sum();
        let largest: usize = parts.iter().filter_map(|sizes| sizes.iter().max()).sum();
        let runs: usize = pieces(covered.view(), false).iter().map(Vec::len).sum();
        let share = |of: usize, all: usize| (all > 0).then(|| of as f64 / all as f64);
        Self {
            pieces: parts.iter().map(Vec::len).sum(),
            largest_share: share(largest, columns),
            mean_run_share: share(columns, runs * covered.nrows()),
        }
    }
}

/// The metrics that [`measure`] computes.
pub(crate) fn metrics() -> Vec<Metric> {
    vec![PIECE_COUNT, LARGEST_PIECE_SHARE, RUN_LENGTH_SHARE]
}

/// `piece_count`, `largest_piece_share` and `run_length_share` of the prediction.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let mut rows = Vec::new();
    for region in pair.regions(settings.per_slice) {
        let [_, prediction] = pair.columns(&region);
        let found = Continuity::of(&prediction, settings.within == Within::Scan);
        let values = [
            (PIECE_COUNT, Some(found.pieces as f64)),
            (LARGEST_PIECE_SHARE, found.largest_share),
            (RUN_LENGTH_SHARE, found.mean_run_share),
        ];
        let status = region.prediction_status();
        rows.extend(
            values.map(|(metric, value)| metric.measured(value, status).on_slice(region.slice)),
        );
    }
    rows
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;

    /// A layer of 10 columns in each B-scan: `#` has voxels.
    fn layer(bscans: &[&str]) -> Columns {
        let mask = Array3::from_shape_fn((10, bscans.len(), 3), |(x, y, z)| {
            z == 1 && bscans[y].as_bytes()[x] == b'#'
        });
        Columns::of(mask.view())
    }

    #[test]
    fn pieces_are_those_worked_out_by_hand() {
        let torn = layer(&["####..####", "..####....", "......####", ".........."]);
        // Dense: B-scan 0 left and 1 touch; B-scan 0 right does not touch 2. Runs of 4, 4, 4 and 4 columns.
        let dense = Continuity::of(&torn, true);
        assert_eq!((dense.pieces, dense.largest_share), (3, Some(0.5)));
        assert_eq!(dense.mean_run_share, Some(0.4));
        // Apart: the largest pieces have 4 of 8, 4 of 4 and 4 of 4 columns.
        let apart = Continuity::of(&torn, false);
        assert_eq!((apart.pieces, apart.largest_share), (4, Some(0.75)));
        assert_eq!(apart.mean_run_share, Some(0.4));
    }

    #[test]
    fn an_empty_layer_has_no_pieces_and_no_shares() {
        let nothing = Columns::of(Array3::from_elem((0, 0, 0), false).view());
        for empty in [layer(&[".........."]), nothing] {
            for dense in [true, false] {
                assert_eq!(Continuity::of(&empty, dense), Continuity::default());
            }
        }
    }

    proptest! {
        #[test]
        fn a_complete_layer_is_one_piece(bscans in 1_usize..5) {
            let complete = layer(&vec!["##########"; bscans]);
            for (dense, pieces) in [(true, 1), (false, bscans)] {
                let found = Continuity::of(&complete, dense);
                let whole = Continuity { pieces, largest_share: Some(1.0), mean_run_share: Some(1.0) };
                prop_assert_eq!(found, whole);
            }
        }

        #[test]
        fn shares_stay_in_their_range(voxels in prop::collection::vec(any::<bool>(), 60), dense: bool) {
            let mask = Array3::from_shape_vec((5, 6, 2), voxels).unwrap();
            let found = Continuity::of(&Columns::of(mask.view()), dense);
            for share in [found.largest_share, found.mean_run_share].into_iter().flatten() {
                prop_assert!(share > 0.0 && share <= 1.0);
            }
        }
    }
}
