//! The axes of an HDF5 dataset and the size of its elements, as the caller or the file states them.

use rsom_formats::FormatError;
use rsom_formats::hdf5::{Attributes, Dataset, File};
use rsom_stage::{StageError, log};

/// The attribute with one name per axis (HDF5 dimension scales specification).
const LABELS: &str = "DIMENSION_LABELS";
/// The attribute with the order of axes, as letters or names.
const AXES: &str = "axes";
/// The attribute of every dataset that MATLAB wrote.
const MATLAB: &str = "MATLAB_class";
/// The attribute with the size of an element in µm, in the order of the axes (Fiji's HDF5 plugin).
const SIZE_UM: &str = "element_size_um";
/// Words of attributes that may say more about the size of an element.
const SIZE_WORDS: [&str; 5] = ["spacing", "resolution", "voxel", "pixel", "unit"];

/// What a file says about a dataset.
pub(super) struct About<'a> {
    /// The dataset.
    pub dataset: &'a Dataset,
    /// Its attributes.
    pub attributes: &'a Attributes,
    /// The name of the dimension scale of each axis; empty without scales.
    pub scales: &'a [String],
}

/// The order of the axes of a dataset, as letters: x, y, z and c (channel).
pub(super) struct Axes(pub Vec<char>);

/// Where a file names the axes, and the names.
struct Statement {
    place: &'static str,
    names: Vec<String>,
}

impl Axes {
    /// The axes of a dataset: those that the caller states, else those that the file names, else x, y, z (or x, z).
    ///
    /// # Errors
    /// Exit code 2: letters that are no order; another number of letters than axes; four axes without an order.
    pub(super) fn of(about: &About, stated: Option<&str>) -> Result<Self, StageError> {
        let extents = about.dataset.shape().len();
        let path = about.dataset.path();
        let named = Self::named(about, stated.is_none());
        let Some(stated) = stated else {
            return match named {
                Some((axes, place)) => {
                    log::info(format_args!(
                        "{path}: axes {}, from its {place}; --axes overrides them",
                        axes.word()
                    ));
                    Ok(axes)
                }
                None => Self::default_of(about),
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
        if let Some((other, place)) = named.filter(|(other, _)| other.0 != axes.0) {
            log::warn(format_args!(
                "{path}: its {place} say {}, but --axes {stated} is used",
                other.word()
            ));
        }
        Ok(axes)
    }

    /// The axes that the file names, and where. Names that are no order, and names that contradict the first ones, are
    /// reported.
    fn named(about: &About, used: bool) -> Option<(Self, &'static str)> {
        let path = about.dataset.path();
        let mut found: Option<(Self, &'static str)> = None;
        for Statement { place, names } in statements(about) {
            let words = names.join(", ").replace(char::is_control, "?");
            let letters: Option<String> = names.iter().map(|name| letter(name)).collect();
            let axes = letters.and_then(|letters| Self::from_letters(&letters));
            match (axes, &found) {
                (None, _) if used => log::warn(format_args!(
                    "{path}: its {place} ({words}) are not an order of x, y, z and c, and are not used; --axes states it"
                )),
                (None, _) => {}
                (Some(axes), None) => found = Some((axes, place)),
                (Some(axes), Some((first, before))) if axes.0 != first.0 => {
                    log::warn(format_args!(
                        "{path}: its {before} say {}, but its {place} say {}",
                        first.word(),
                        axes.word()
                    ));
                }
                _ => {}
            }
        }
        found
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

    fn default_of(about: &About) -> Result<Self, StageError> {
        let path = about.dataset.path();
        let axes = match about.dataset.shape().len() {
            2 => Self(vec!['x', 'z']),
            3 => Self(vec!['x', 'y', 'z']),
            extents => {
                return Err(StageError::usage(format_args!(
                    "{path} has {extents} axes; state their order with --axes, such as zyxc",
                )));
            }
        };
        if about.attributes.text(MATLAB).is_some() {
            let turned: String = axes.0.iter().rev().collect();
            log::warn(format_args!(
                "{path}: MATLAB wrote it, and stores axes in reverse order; they are taken as {}; --axes {turned} gives the order that MATLAB shows",
                axes.word()
            ));
        }
        Ok(axes)
    }
}

/// What the file says about the axes, in the order of trust.
fn statements(about: &About) -> Vec<Statement> {
    let mut found = Vec::new();
    let extents = about.dataset.shape().len();
    let labels = about.attributes.texts(LABELS).unwrap_or_default();
    found.push(Statement {
        place: LABELS,
        names: labels.to_vec(),
    });
    found.push(Statement {
        place: "dimension scales",
        names: about.scales.to_vec(),
    });
    let names = match about.attributes.texts(AXES).unwrap_or_default() {
        // One letter per axis, or names between commas or spaces.
        [text] if text.chars().count() == extents => text.chars().map(String::from).collect(),
        [text] => {
            let names = text.split([',', ' ']).filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        }
        texts => texts.to_vec(),
    };
    found.push(Statement {
        place: "attribute axes",
        names,
    });
    found.retain(|statement| {
        statement.names.len() == extents && statement.names.iter().any(|name| !name.is_empty())
    });
    found
}

/// The letter of an axis.
fn letter(name: &str) -> Option<char> {
    Some(match name.trim().to_lowercase().as_str() {
        "x" => 'x',
        "y" => 'y',
        "z" | "depth" => 'z',
        "c" | "channel" | "channels" => 'c',
        _ => return None,
    })
}

/// The voxel size along x, y, z in mm: the given one, else that of `element_size_um`.
pub(super) fn spacing_mm(about: &About, axes: &Axes, given: Option<[f64; 3]>) -> Option<[f64; 3]> {
    let path = about.dataset.path();
    if let Some(given) = given {
        return Some(given);
    }
    let spatial: Vec<char> = axes
        .0
        .iter()
        .copied()
        .filter(|letter| *letter != 'c')
        .collect();
    let sizes = about.attributes.numbers(SIZE_UM).filter(|sizes| {
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
    say_unused(about);
    None
}

/// Says what else may state the voxel size.
fn say_unused(about: &About) {
    let path = about.dataset.path();
    let names = about.attributes.iter().map(|(name, _)| name);
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
    if !about.scales.is_empty() {
        let names = about.scales.join(", ").replace(char::is_control, "?");
        log::info(format_args!(
            "{path}: the coordinates in its dimension scales {names} are not used; --spacing-mm gives the voxel size"
        ));
    }
}

/// The name of the dimension scale of each axis, empty for an axis without one; empty without scales.
pub(super) fn scale_names(file: &File, dataset: &Dataset) -> Result<Vec<String>, FormatError> {
    let mut names = Vec::new();
    for address in dataset.scales()? {
        let node = match address {
            Some(address) => file.at(address)?,
            None => None,
        };
        names.push(node.map_or(String::new(), |node| node.name().to_owned()));
    }
    Ok(names)
}

/// The attributes of a dataset. They may change what its values mean, so that they must be readable.
pub(super) fn attributes(dataset: &Dataset) -> Result<Attributes, FormatError> {
    dataset.attributes()
}
