//! The parameters of `rsom-report factor`.

use std::collections::BTreeMap;

use rsom_parameters::{Choice, OrAuto, Parameter, Parameters};

use crate::cli::print::Print;
use crate::factor::{AxisKind, Marks, PValues, Spread};

/// The parameters, in the order of the help.
pub fn declare() -> Vec<Parameter> {
    FactorSettings::declare()
}

#[derive(Debug, Parameters)]
pub struct FactorSettings {
    /// Measures to plot, one panel each.
    #[parameter(default = ["dice", "ra_vox"], check = at_least_one)]
    pub metric: Vec<String>,
    /// Column of the horizontal axis, such as s.
    #[parameter(required)]
    pub factor: String,
    /// Column of the series, such as net (unset: one series).
    pub group: Option<String>,
    /// Surface, for measures of surfaces.
    #[parameter(default = Side::Both)]
    pub surface: Side,
    /// Structure to plot, where the tables contain several.
    pub label: Option<String>,
    /// Columns that identify the unit of points and bars, such as subject, fold or seed; values of one unit are averaged first.
    #[parameter(default = ["subject"], check = at_least_one)]
    pub unit_by: Vec<String>,
    /// Use the rows of single B-scans instead of those of whole scans.
    pub slices: bool,
    /// Horizontal axis: by value (linear, log, or symlog for levels with 0), or at equal distances (category).
    #[parameter(default = AxisKind::Auto)]
    pub axis: AxisKind,
    /// Levels to draw, in this order (unset: all, numbers by value, words by the alphabet).
    #[parameter(default = Vec::new())]
    pub levels: Vec<String>,
    /// How the values of a level are drawn: bars, a box, or a band over the levels (auto: boxes for words, bars for numbers).
    #[parameter(default = OrAuto::Auto)]
    pub marks: OrAuto<Marks>,
    /// Statistic of bars and bands: mean with standard deviation or 95 % interval, or median and quartiles.
    #[parameter(default = Spread::MeanSd)]
    pub spread: Spread,
    /// Draw a point for each unit (auto: for at most 60 units).
    #[parameter(default = Shown::Auto)]
    pub points: Shown,
    /// Join the points of a unit over the levels (auto: for at most 16 units, where the levels have an axis of categories).
    #[parameter(default = Shown::Auto)]
    pub lines: Shown,
    /// Values to compare with, drawn as lines, such as human repeatability=0.93; with several measures, name@metric=value.
    pub reference: BTreeMap<String, String>,
    /// How adjusted p-values of --tests are written.
    #[parameter(default = PValues::Numbers)]
    pub p: PValues,
    /// Largest p-value that has a bracket.
    #[parameter(default = 1.0, min = 0.0, max = 1.0)]
    pub largest_p: f64,
    /// Printed names, such as unet=U-Net; also of metrics, of the factor and of units.
    pub names: BTreeMap<String, String>,
    #[parameter(flatten)]
    pub print: Print,
}

/// A surface, as in tables.
#[derive(Debug, Clone, Copy, Choice)]
pub enum Side {
    Upper,
    Lower,
    Both,
}

/// Whether something is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Shown {
    Auto,
    All,
    None,
}

impl Shown {
    /// The choice; `None` for auto.
    pub fn given(self) -> Option<bool> {
        match self {
            Shown::Auto => None,
            Shown::All => Some(true),
            Shown::None => Some(false),
        }
    }
}

fn at_least_one(columns: &[String]) -> Result<(), String> {
    match columns.is_empty() {
        true => Err("give at least one".into()),
        false => Ok(()),
    }
}
