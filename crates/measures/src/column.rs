//! Names of the columns of the long table.

/// Subject that a scan belongs to.
pub const SUBJECT: &str = "subject";
/// Scan id.
pub const SCAN: &str = "scan";
/// Index of the B-scan along y; missing for the whole scan.
pub const SLICE: &str = "slice";
/// Structure, such as `epidermis`.
pub const LABEL: &str = "label";
/// Surface of a layer: a [`Surface`](crate::Surface).
pub const SURFACE: &str = "surface";
/// Name of the metric: that of a [`Metric`](crate::Metric), or of another program's.
pub const METRIC: &str = "metric";
/// The value; missing with a status that says why.
pub const VALUE: &str = "value";
/// Unit of the value: a [`Unit`](crate::Unit).
pub const UNIT: &str = "unit";
/// Why the value is what it is, or is missing: a [`Status`](crate::Status).
pub const STATUS: &str = "status";
/// Whether a larger value is a better segmentation; missing when neither direction is better.
pub const HIGHER_IS_BETTER: &str = "higher_is_better";

/// The columns that every long table has, from left to right. One column for each factor of the run follows.
pub const ALL: [&str; 10] = [
    SUBJECT,
    SCAN,
    SLICE,
    LABEL,
    SURFACE,
    METRIC,
    VALUE,
    UNIT,
    STATUS,
    HIGHER_IS_BETTER,
];
