//! The axes of an HDF5 dataset and the size of its elements, as the caller or the file states them.

use rsom_formats::hdf5::{Attributes, Dataset};
use rsom_stage::{StageError, log};

/// The attribute with one name per axis (HDF5 dimension scales specification).
const LABELS: &str = "DIMENSION_LABELS";
/// The attribute with the size of an element in µm, in the order of the axes (Fiji's HDF5 plugin).
const SIZE_UM: &str = "element_size_um";
/// Words of attributes that may say more about the size of an element.
const SIZE_WORDS: [&str; 5] = ["spacing", "resolution", "voxel", "pixel", "unit"];

/// The order of the axes of a dataset, as letters: x, y, z and c (channel).
pub(super) struct Axes(pub Vec<char>);

impl Axes {
    /// The axes of a dataset: those that the caller states, else its labels, else x, y, z (or x, z).
    ///
    /// # Errors
    /// Exit code 2: letters that are no order; another number of letters than axes; four axes without an order.
    pub(super) fn of(
        dataset: &Dataset,
        stated: Option<&str>,
        attributes: &Attributes,
    ) -> Result<Self, StageError> {
        let labels = attributes
            .texts(LABELS)
            .filter(|labels| labels.iter().any(|l| !l.is_empty()));
        let extents = dataset.shape().len();
        let of_labels = labels
            .map(|labels| labels.join("").to_lowercase())
            .and_then(|l| Self::from_letters(&l));
        let of_labels = of_labels.filter(|axes| axes.0.len() == extents);
        let path = dataset.path();
        if let (Some(labels), None) = (labels, &of_labels) {
            let labels = labels.join(", ");
            log::info(format_args!(
                "{path}: its {LABELS} ({labels}) are not an order of x, y, z and c, and are not used"
            ));
        }
        let Some(stated) = stated else {
            return match of_labels {
                Some(axes) => {
                    log::info(format_args!(
                        "{path}: axes {}, from its {LABELS}; --axes overrides them",
                        axes.word()
                    ));
                    Ok(axes)
                }
                None => Self::default_of(dataset),
            };
        };
        let axes = Self::from_letters(stated).ok_or_else(|| {
            StageError::usage(format_args!(
                "--axes: '{stated}' is not an order of x, y, z and c; write for example zyx"
            ))
        })?;
        if axes.0.len() != extents {
            return Err(StageError::usage(format_args!(
                "--axes {stated} does not match the {extents} axes of {path}"
            )));
        }
        if let Some(other) = of_labels.filter(|other| other.0 != axes.0) {
            log::warn(format_args!(
                "{path}: its {LABELS} say {}, but --axes {stated} is used",
                other.word()
            ));
        }
        Ok(axes)
    }

    fn word(&self) -> String {
        self.0.iter().collect()
    }

    fn from_letters(letters: &str) -> Option<Self> {
        let letters: Vec<char> = letters.chars().collect();
        let once = |c: &char| letters.iter().filter(|other| *other == c).count() == 1;
        let known = letters.iter().all(|c| "xyzc".contains(*c) && once(c));
        (known && (2..=4).contains(&letters.len())).then_some(Self(letters))
    }

    fn default_of(dataset: &Dataset) -> Result<Self, StageError> {
        match dataset.shape().len() {
            2 => Ok(Self(vec!['x', 'z'])),
            3 => Ok(Self(vec!['x', 'y', 'z'])),
            extents => Err(StageError::usage(format_args!(
                "{} has {extents} axes; state their order with --axes, such as zyxc",
                dataset.path()
            ))),
        }
    }
}

/// The voxel size along x, y, z in mm: the given one, else that of `element_size_um`.
pub(super) fn spacing_mm(
    dataset: &Dataset,
    axes: &Axes,
    attributes: &Attributes,
    given: Option<[f64; 3]>,
) -> Option<[f64; 3]> {
    let path = dataset.path();
    if let Some(given) = given {
        return Some(given);
    }
    let spatial: Vec<char> = axes
        .0
        .iter()
        .copied()
        .filter(|letter| *letter != 'c')
        .collect();
    let sizes = attributes.numbers(SIZE_UM).filter(|sizes| {
        sizes.len() == spatial.len() && sizes.iter().all(|size| size.is_finite() && *size > 0.0)
    });
    if let (Some(sizes), 3) = (sizes, spatial.len()) {
        let along = |letter: char| {
            let place = spatial.iter().position(|found| *found == letter);
            place.map_or(f64::NAN, |place| sizes[place] / 1000.0)
        };
        let [x, y, z] = ['x', 'y', 'z'].map(along);
        log::info(format_args!(
            "{path}: its {SIZE_UM} gives voxels of {x} × {y} × {z} mm; --spacing-mm overrides it"
        ));
        return Some([x, y, z]);
    }
    let names = attributes.iter().map(|(name, _)| name);
    let about_size = |name: &&str| {
        let lower = name.to_lowercase();
        *name == SIZE_UM || SIZE_WORDS.iter().any(|word| lower.contains(word))
    };
    let names: Vec<&str> = names.filter(about_size).collect();
    if !names.is_empty() {
        let names = names.join(", ").replace(char::is_control, "?");
        log::info(format_args!(
            "{path}: its attributes {names} are not used; --spacing-mm gives the voxel size"
        ));
    }
    None
}

/// The attributes of a dataset; none when they cannot be read, which is said.
pub(super) fn attributes(dataset: &Dataset) -> Attributes {
    match dataset.attributes() {
        Ok(attributes) => attributes,
        Err(fault) => {
            log::warn(format_args!(
                "{}: its attributes cannot be read ({fault})",
                dataset.path()
            ));
            Attributes::default()
        }
    }
}
