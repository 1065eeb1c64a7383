//! What the references hold: their labels, and whether these are layers or vessels.

use std::collections::BTreeMap;

use rsom_volume::{LabelMap, Mask};

/// What was seen in the references.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Structures {
    /// The labels with their names, where the files state names.
    labels: BTreeMap<i32, Option<String>>,
    /// Columns (along z) with voxels of a label, and those whose voxels are in one piece.
    columns: BTreeMap<i32, [usize; 2]>,
    /// Files with one label alone: each label with the first of them.
    alone: BTreeMap<i32, String>,
    /// Whether a file has several labels.
    has_several: bool,
    /// Columns of all maps.
    all_columns: usize,
    /// Whether a voxel size is unknown.
    pub unknown_size: bool,
}

/// What programs write for "inside".
const TWO_WRITERS: [i32; 2] = [1, 255];
/// Least share of the columns in which a layer has voxels, and of those whose voxels are in one piece.
const LAYER_SHARES: [f64; 2] = [0.4, 0.9];

impl Structures {
    /// Looks at the label map of a file.
    pub(crate) fn add(&mut self, map: &LabelMap, file: &str) {
        let mut labels = map.in_use().into_iter();
        match (labels.next(), labels.next()) {
            (Some(label), None) => {
                let first = self.alone.entry(label);
                first.or_insert_with(|| file.to_owned());
            }
            (Some(_), Some(_)) => self.has_several = true,
            _ => {}
        }
        let [nx, ny, _] = map.grid().shape();
        self.all_columns += nx * ny;
        self.unknown_size |= map.grid().spacing() == rsom_volume::Spacing::Unknown;
        for label in map.in_use() {
            let name = map.names().get(&label).cloned();
            let known = self.labels.entry(label).or_default();
            *known = known.take().or(name);
            let [used, whole] = columns(&map.select(&[label]));
            let counts = self.columns.entry(label).or_default();
            *counts = [counts[0] + used, counts[1] + whole];
        }
    }

    /// Two files of which each has one label alone, and another one: the labels with the names of the files. `None` if a file has several
    /// labels: then the files of one label may lack the others.
    pub(crate) fn differing(&self) -> Option<[(i32, &str); 2]> {
        let mut alone = self
            .alone
            .iter()
            .map(|(label, file)| (*label, file.as_str()));
        let two = [alone.next()?, alone.next()?];
        (!self.has_several).then_some(two)
    }

    /// Whether the files are masks of one structure, some written with 1 and some with 255.
    pub(crate) fn is_of_two_writers(&self) -> bool {
        self.differing().is_some() && self.alone.keys().eq(&TWO_WRITERS)
    }

    /// The labels of the structure that a label is of: 1 and 255, if both are.
    pub(crate) fn alike(&self, label: i32) -> Vec<i32> {
        match self.is_of_two_writers() {
            true => self.labels(),
            false => vec![label],
        }
    }

    /// A name for each label, if there are several: that of the files, else its number.
    pub(crate) fn names(&self) -> BTreeMap<String, String> {
        if self.labels.len() < 2 || self.is_of_two_writers() {
            return BTreeMap::new();
        }
        let own = |label: &i32, name: &Option<String>| {
            let name = name.as_deref().map(usable).unwrap_or_default();
            match name.is_empty() {
                true => format!("label {label}"),
                false => name,
            }
        };
        let all: Vec<(i32, String)> = (self.labels.iter())
            .map(|(label, name)| (*label, own(label, name)))
            .collect();
        let named = all.iter().map(|(label, name)| {
            let same = all.iter().filter(|(_, other)| other == name);
            let name = match same.count() {
                1 => name.clone(),
                _ => format!("{name} {label}"),
            };
            (label.to_string(), name)
        });
        named.collect()
    }

    /// Whether a label is in no reference.
    pub(crate) fn lacks(&self, label: &str) -> bool {
        let label: Option<i32> = label.trim().parse().ok();
        label.is_none_or(|label| !self.labels.contains_key(&label))
    }

    /// The labels.
    pub(crate) fn labels(&self) -> Vec<i32> {
        self.labels.keys().copied().collect()
    }

    /// The first label that looks like a layer, and its name.
    pub(crate) fn first_layer(&self) -> Option<(i32, Option<String>)> {
        let columns = self.columns();
        let (label, _) = columns.iter().find(|(_, counts)| self.is_layer(counts))?;
        Some((*label, self.labels.get(label).cloned().flatten()))
    }

    /// The counts of columns; those of 1 and 255 together, if they are one structure.
    fn columns(&self) -> BTreeMap<i32, [usize; 2]> {
        if !self.is_of_two_writers() {
            return self.columns.clone();
        }
        let counts = self.columns.values();
        let sum = counts.fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
        BTreeMap::from([(TWO_WRITERS[0], sum)])
    }

    /// Whether all structures look like layers: they have voxels in many columns, and in nearly all of these in one piece.
    pub(crate) fn are_layers(&self) -> bool {
        let columns = self.columns();
        !columns.is_empty() && columns.values().all(|counts| self.is_layer(counts))
    }

    fn is_layer(&self, [used, whole]: &[usize; 2]) -> bool {
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        share(*used, self.all_columns) >= LAYER_SHARES[0] && share(*whole, *used) >= LAYER_SHARES[1]
    }
}

/// The name of a label as it can stand in a parameter and in the name of a figure: `_` stands for `,`, `=`, `/` and the like.
fn usable(name: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '_' | '-' | '(' | ')');
    let name = name.trim().chars();
    name.map(|c| if kept(c) { c } else { '_' }).collect()
}

/// The number of columns along z with voxels, and of those whose voxels are in one piece.
fn columns(mask: &Mask) -> [usize; 2] {
    let (mut used, mut whole) = (0, 0);
    for column in mask.voxels().lanes(ndarray::Axis(2)) {
        let (mut pieces, mut before) = (0, false);
        for voxel in column {
            pieces += usize::from(*voxel && !before);
            before = *voxel;
        }
        used += usize::from(pieces > 0);
        whole += usize::from(pieces == 1);
    }
    [used, whole]
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::{Grid, Spacing};

    use super::*;

    fn seen(at: impl Fn(usize, usize, usize) -> i32) -> Structures {
        let shape = [12, 6, 20];
        let labels = Array3::from_shape_fn(shape, |(x, y, z)| at(x, y, z));
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        let mut structures = Structures::default();
        structures.add(&LabelMap::new(grid, labels, BTreeMap::new()).unwrap(), "a");
        structures
    }

    #[test]
    fn names_of_files_become_names_of_parameters() {
        let grid = Grid::new([1, 1, 4], Spacing::RSOM).unwrap();
        let labels = Array3::from_shape_fn([1, 1, 4], |(_, _, z)| z as i32 + 1);
        let said = [
            (1, "skin, upper/lower=all"),
            (2, "Gefäß"),
            (3, " "),
            (4, "Gefäß"),
        ];
        let said = said.map(|(label, name)| (label, name.to_owned()));
        let mut structures = Structures::default();
        structures.add(&LabelMap::new(grid, labels, said.into()).unwrap(), "a");
        let names: Vec<String> = structures.names().into_values().collect();
        assert_eq!(
            names,
            ["skin_ upper_lower_all", "Gefäß 2", "label 3", "Gefäß 4"]
        );
    }

    #[test]
    fn layers_and_vessels_are_told_apart() {
        let layers = seen(|x, _, z| match z {
            4..8 => 1,
            z if z >= 8 && z < 12 + x % 2 => 2,
            _ => 0,
        });
        assert!(layers.are_layers());
        assert_eq!(layers.names()["2"], "label 2");
        // Tubes along y, in two depths: each column has none, one or two pieces.
        let vessels = seen(|x, _, z| i32::from(x % 4 == 0 && (z == 5 || z == 9)));
        assert!(!vessels.are_layers());
        assert!(vessels.names().is_empty());
        assert!(vessels.lacks("2") && !vessels.lacks(" 1"));
        assert!(!seen(|_, _, _| 0).are_layers());
    }

    fn of_values(values: &[&[i32]]) -> Structures {
        let mut structures = Structures::default();
        for (number, values) in values.iter().enumerate() {
            let grid = Grid::new([4, 1, 8], Spacing::RSOM).unwrap();
            let labels = Array3::from_shape_fn([4, 1, 8], |(_, _, z)| {
                values.get(z / 3).copied().unwrap_or(0)
            });
            let map = LabelMap::new(grid, labels, BTreeMap::new()).unwrap();
            structures.add(&map, &format!("S{number}"));
        }
        structures
    }

    #[test]
    fn masks_of_two_writers_are_one_structure() {
        let both = of_values(&[&[1], &[255], &[1]]);
        assert!(both.is_of_two_writers() && both.are_layers());
        assert!(both.names().is_empty());
        assert_eq!(both.first_layer(), Some((1, None)));
        assert_eq!(both.differing(), Some([(1, "S0"), (255, "S1")]));
    }

    #[test]
    fn files_of_other_labels_are_named_unless_one_has_both() {
        let other = of_values(&[&[1], &[2]]);
        assert_eq!(other.differing(), Some([(1, "S0"), (2, "S1")]));
        assert!(!other.is_of_two_writers());
        assert_eq!(of_values(&[&[1], &[1, 2]]).differing(), None);
        assert!(!of_values(&[&[1, 255], &[1]]).is_of_two_writers());
        assert_eq!(of_values(&[&[7], &[7], &[]]).differing(), None);
    }
}
