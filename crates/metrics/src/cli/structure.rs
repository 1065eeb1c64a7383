//! A structure of an input: a mask, or labels of a label map; the named structures of a label map.

use std::collections::{BTreeMap, BTreeSet};
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
        let labels: Vec<i32> = map.in_use().into_iter().collect();
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

/// The structures of a label map by their names: the labels of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedLabels(Vec<(String, Vec<i32>)>);

impl NamedLabels {
    /// The names of labels, as `1=epidermis`; labels of one name are one structure. In the order of their lowest labels.
    ///
    /// # Errors
    /// Exit code 2: a label is no whole number, or 0, the background; a name is empty.
    pub(super) fn of(
        names: &BTreeMap<String, String>,
        parameter: &str,
    ) -> Result<Self, StageError> {
        let mut labels: Vec<(i32, String)> = Vec::new();
        // A command line has 1=epidermis,2=dermis as one word.
        let words = names
            .iter()
            .map(|(label, name)| format!("{label}={name}"))
            .collect::<Vec<_>>()
            .join(",");
        for word in words.split(',') {
            let (label, name) = word.split_once('=').unwrap_or((word, ""));
            let number = label.trim().parse().ok().filter(|number| *number != 0);
            let Some(number) = number.filter(|_| !name.trim().is_empty()) else {
                return Err(StageError::usage(format_args!(
                    "{parameter}: '{word}' is no label with a name, such as 1=epidermis; 0 is the background"
                )));
            };
            labels.push((number, name.trim().to_owned()));
        }
        labels.sort_unstable();
        let mut structures: Vec<(String, Vec<i32>)> = Vec::new();
        for (label, name) in labels {
            match structures.iter_mut().find(|(known, _)| *known == name) {
                Some((_, of_name)) => of_name.push(label),
                None => structures.push((name, vec![label])),
            }
        }
        Ok(Self(structures))
    }

    /// The names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Requires the names of another list.
    ///
    /// # Errors
    /// Exit code 2: a name is in one of them only.
    pub(super) fn require_names_of(&self, other: &Self) -> Result<(), StageError> {
        let of = |list: &Self| list.names().map(str::to_owned).collect::<BTreeSet<_>>();
        match of(self).symmetric_difference(&of(other)).next() {
            Some(name) => Err(StageError::usage(format_args!(
                "the structure '{name}' is in one of --labels and --labels-of-prediction only"
            ))),
            None => Ok(()),
        }
    }

    /// Reads a label map and takes its structures apart, by name.
    ///
    /// # Errors
    /// Exit code 3: the file is no label map.
    pub(super) fn read(&self, path: &Path) -> Result<BTreeMap<String, Mask>, StageError> {
        let map = ports::load_labels(path)?;
        let mut others = map.in_use();
        for (name, labels) in &self.0 {
            if labels.iter().all(|label| !others.contains(label)) {
                log::info(format_args!("{}: has no {name}", path.display()));
            }
        }
        for label in self.0.iter().flat_map(|(_, labels)| labels) {
            others.remove(label);
        }
        if !others.is_empty() {
            let listed: Vec<String> = others.iter().map(ToString::to_string).collect();
            log::warn(format_args!(
                "{}: the labels {} have no name and are left out",
                path.display(),
                listed.join(", ")
            ));
        }
        let mask = |(name, labels): &(String, Vec<i32>)| (name.clone(), map.select(labels));
        Ok(self.0.iter().map(mask).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[(&str, &str)]) -> Result<NamedLabels, StageError> {
        let names = names
            .iter()
            .map(|(label, name)| ((*label).into(), (*name).into()));
        NamedLabels::of(&names.collect(), "--labels")
    }

    #[test]
    fn labels_of_one_name_are_one_structure_in_the_order_of_numbers() {
        let labels = named(&[
            ("10", "fat"),
            ("2", "vessels"),
            ("3", "vessels"),
            ("1", "skin"),
        ]);
        let expected = [
            ("skin", vec![1]),
            ("vessels", vec![2, 3]),
            ("fat", vec![10]),
        ];
        let expected = expected.map(|(name, labels)| (name.to_owned(), labels));
        assert_eq!(labels.unwrap(), NamedLabels(expected.into()));
        for broken in [("0", "air"), ("a", "skin"), ("1", " "), ("1.5", "skin")] {
            assert!(named(&[broken]).is_err(), "{broken:?}");
        }
    }
}
