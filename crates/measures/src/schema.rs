//! All metrics of the long table: one entry each, with name, unit, better direction, values for empty masks and definition.
//!
//! `rsom-metrics` computes them (`evaluate`, `biomarkers`), and `Truth` of `rsom-phantom` computes some from geometry. Names of
//! lengths, volumes and angles end with the unit. A metric for the reference has the name of the metric for the prediction with
//! the prefix `reference_`, and no better direction.

use crate::Metric;

const HIGHER: Option<bool> = Some(true);
const LOWER: Option<bool> = Some(false);
const NEITHER: Option<bool> = None;

/// Declares the constants of a group. Each entry gives the constant, the name in tables, the unit, the better direction, the values
/// for empty masks and the definition; then, where they exist, the title of an axis, the heading in a publication table, and the
/// symbol.
macro_rules! metrics {
    ($metrics:ident: $group:literal; $($constant:ident: $name:literal, $unit:ident, $better:ident, $empty:ident, $meaning:literal $(, title $title:literal)? $(, heading $heading:literal)? $(, symbol $symbol:literal)?;)*) => {
        $(
            #[doc = concat!("`", $name, "`: ", $meaning)]
            pub const $constant: crate::Metric = crate::Metric::new($name, crate::Unit::$unit, super::$better, crate::EmptyCases::$empty, $meaning)
                $(.titled($title))?$(.headed($heading))?$(.written($symbol))?;
        )*

        /// The metrics of this group.
        pub(super) const $metrics: super::Group = super::Group { title: $group, metrics: &[$($constant),*] };
    };
}

mod distance;
mod layer;
mod overlap;
mod surface;
mod topology;
mod vessels;

pub use distance::*;
pub use layer::*;
pub use overlap::*;
pub use surface::*;
pub use topology::*;
pub use vessels::*;

/// Metrics of one subject.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Title in the reference.
    pub title: &'static str,
    /// The metrics, in the order of the reference.
    pub metrics: &'static [Metric],
}

/// All groups.
pub const GROUPS: [Group; 6] = [
    OVERLAP_GROUP,
    TOPOLOGY_GROUP,
    DISTANCE_GROUP,
    SURFACE_GROUP,
    LAYER_GROUP,
    VESSELS_GROUP,
];

/// All metrics, in the order of the reference.
pub fn all() -> impl Iterator<Item = Metric> {
    GROUPS.into_iter().flat_map(|group| group.metrics).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Unit, of_reference};

    #[test]
    fn a_name_means_one_metric() {
        let all: Vec<Metric> = all().collect();
        for (place, metric) in all.iter().enumerate() {
            assert_eq!(all[..place].iter().find(|m| m.name == metric.name), None);
        }
    }

    #[test]
    fn names_end_with_their_unit() {
        let endings = [
            ("_vox", Unit::Voxels),
            ("_um", Unit::Micrometers),
            ("_mm", Unit::Millimeters),
            ("_mm2", Unit::SquareMillimeters),
            ("_mm3", Unit::CubicMillimeters),
            ("_per_mm", Unit::PerMillimeter),
            ("_per_mm2", Unit::PerSquareMillimeter),
            ("_per_mm3", Unit::PerCubicMillimeter),
            ("_deg", Unit::Degrees),
            ("_coverage", Unit::One),
        ];
        for metric in all() {
            let longest = endings
                .iter()
                .filter(|(ending, _)| metric.name.ends_with(ending))
                .max_by_key(|(ending, _)| ending.len());
            if let Some((_, unit)) = longest {
                assert_eq!(metric.unit, *unit, "{}", metric.name);
            }
        }
    }

    #[test]
    fn a_metric_of_the_reference_has_a_sister_of_the_prediction_and_no_direction() {
        for metric in all().filter(|m| m.name.starts_with("reference_")) {
            let sister = all().find(|m| of_reference(m.name) == metric.name);
            let sister = sister.unwrap_or_else(|| panic!("{} stands alone", metric.name));
            assert_eq!(sister.unit, metric.unit, "{}", metric.name);
            assert_eq!(metric.higher_is_better, None, "{}", metric.name);
        }
    }

    #[test]
    fn a_definition_is_one_sentence_that_ends_with_a_period() {
        for metric in all() {
            let meaning = metric.meaning;
            assert!(
                meaning.ends_with('.') && meaning.len() > 20,
                "{}: {meaning}",
                metric.name
            );
            assert!(
                !meaning.contains('|') && !meaning.contains('\n'),
                "{}: {meaning}",
                metric.name
            );
        }
    }
}
