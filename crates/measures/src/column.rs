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
/// Name of the metric: a [`Metric`](crate::Metric), or a metric of another program.
pub const METRIC: &str = "metric";
/// The value; if it is missing, the status states the reason.
pub const VALUE: &str = "value";
/// Unit of the value: a [`Unit`](crate::Unit).
pub const UNIT: &str = "unit";
/// Status of the value, such as the reason why it is missing: a [`Status`](crate::Status).
pub const STATUS: &str = "status";
/// Whether a larger value is a better segmentation; missing when neither direction is better.
pub const HIGHER_IS_BETTER: &str = "higher_is_better";

/// The columns of every long table, from left to right. Columns for the factors of the run follow.
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
