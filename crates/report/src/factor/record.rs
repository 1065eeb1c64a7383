//! The values of a measure.

/// One value of one unit, such as a scan or a subject, under one level of the factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Level of the factor, such as `100`.
    pub level: String,
    /// Series, such as `unet`; empty when there is only one.
    pub group: String,
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
    /// Title of its axis, with the unit.
    pub title: String,
    /// Its values.
    pub records: Vec<Record>,
    /// The same measure of the reference, drawn as a horizontal line.
    pub reference: Option<f64>,
    /// Lowest and highest possible value; the axis and the bars end there.
    pub range: [f64; 2],
}
