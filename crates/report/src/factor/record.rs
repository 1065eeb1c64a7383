//! The values of a measure.

/// One value of one unit, such as a scan or a subject, under one level of the factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Level of the factor, such as `100`.
    pub level: String,
    /// Series, such as `unet`; empty when there is only one.
    pub group: String,
    /// The unit, such as a subject.
    pub unit: String,
    /// The value, if any.
    pub value: Option<f64>,
    /// Status of the value: `ok`, or the reason why it is missing or trivial.
    pub status: String,
    /// Number of measurements that the value is the mean of.
    pub measurements: usize,
}

/// One measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The metric, as in tables.
    pub metric: String,
    /// Title of its axis, with the unit.
    pub title: String,
    /// Its values.
    pub records: Vec<Record>,
    /// Values that are drawn as horizontal lines.
    pub references: Vec<Reference>,
    /// Lowest and highest possible value; the axis and the bars end there.
    pub range: [f64; 2],
    /// Tests between two levels, or two groups, drawn as brackets.
    pub tests: Vec<Test>,
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// What it is.
    pub words: String,
    /// The value.
    pub value: f64,
    /// Level and group that it belongs to; `None` for the whole panel.
    pub cell: Option<(String, String)>,
}

/// The p-value of a comparison of two cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Level and group of both cells, as in the records.
    pub cells: [(String, String); 2],
    /// The p-value, adjusted for the number of tests.
    pub p: f64,
}
