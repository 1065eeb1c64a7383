//! A structure of an input: a mask, or labels of a label map.

use std::path::Path;

use rsom_io::ports;
use rsom_stage::{StageError, log};
use rsom_volume::Mask;

/// The input of a structure and the parameter that chooses its labels.
pub(super) struct Structure<'a> {
    pub path: &'a Path,
    /// Labels that form the structure; `None`: the file is a mask.
    pub labels: Option<&'a [i32]>,
    /// Name of the parameter of `labels`, for messages.
    pub parameter: &'static str,
}

impl Structure<'_> {
    /// Reads the structure.
    ///
    /// # Errors
    /// Exit code 3: the file is broken; without labels, it is no mask. When it is a map of several labels, the message
    /// names them and the parameter.
    pub(super) fn read(&self) -> Result<Mask, StageError> {
        let Some(labels) = self.labels else {
            return ports::load_mask(self.path).map_err(|fault| self.with_remedy(fault));
        };
        let mask = ports::load_labels(self.path)?.select(labels);
        if mask.count() == 0 {
            log::warn(format_args!(
                "{}: no voxel has one of the labels {labels:?}; check {}",
                self.path.display(),
                self.parameter
            ));
        }
        Ok(mask)
    }

    /// Adds the labels of a label map to the fault of a file that is no mask.
    fn with_remedy(&self, fault: StageError) -> StageError {
        let Ok(map) = ports::load_labels(self.path) else {
            return fault;
        };
        let mut labels: Vec<i32> = map.labels().iter().copied().filter(|l| *l != 0).collect();
        labels.sort_unstable();
        labels.dedup();
        if labels.len() < 2 {
            return fault;
        }
        let listed: Vec<String> = labels.iter().map(ToString::to_string).collect();
        StageError::inputs(format_args!(
            "{fault}. The file is a map of the labels {}: choose with {}, such as {} {}",
            listed.join(", "),
            self.parameter,
            self.parameter,
            listed[0]
        ))
    }
}
