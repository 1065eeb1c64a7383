//! Numbers in their stored type.

/// Numbers of one of MATLAB's ten numeric types.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    /// `int8`.
    I8(Vec<i8>),
    /// `uint8`.
    U8(Vec<u8>),
    /// `int16`.
    I16(Vec<i16>),
    /// `uint16`.
    U16(Vec<u16>),
    /// `int32`.
    I32(Vec<i32>),
    /// `uint32`.
    U32(Vec<u32>),
    /// `int64`.
    I64(Vec<i64>),
    /// `uint64`.
    U64(Vec<u64>),
    /// `single`.
    F32(Vec<f32>),
    /// `double`.
    F64(Vec<f64>),
}

/// Evaluates `$body` with `$values` bound to the vector of the actual type.
macro_rules! with_numbers {
    ($numbers:expr, $values:ident => $body:expr) => {
        match $numbers {
            Numbers::I8($values) => $body,
            Numbers::U8($values) => $body,
            Numbers::I16($values) => $body,
            Numbers::U16($values) => $body,
            Numbers::I32($values) => $body,
            Numbers::U32($values) => $body,
            Numbers::I64($values) => $body,
            Numbers::U64($values) => $body,
            Numbers::F32($values) => $body,
            Numbers::F64($values) => $body,
        }
    };
}

impl Numbers {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        with_numbers!(self, values => values.len())
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// MATLAB's name of the type.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::I8(_) => "int8",
            Self::U8(_) => "uint8",
            Self::I16(_) => "int16",
            Self::U16(_) => "uint16",
            Self::I32(_) => "int32",
            Self::U32(_) => "uint32",
            Self::I64(_) => "int64",
            Self::U64(_) => "uint64",
            Self::F32(_) => "single",
            Self::F64(_) => "double",
        }
    }

    /// Converts to `f64`, which is exact except for integers beyond 2^53. Doubles are moved, not copied.
    #[must_use]
    #[allow(
        clippy::cast_lossless,
        clippy::unnecessary_cast,
        reason = "one expression for all ten types, of which two round"
    )]
    pub fn into_f64(self) -> Vec<f64> {
        match self {
            Self::F64(values) => values,
            other => with_numbers!(other, values => values.into_iter().map(|v| v as f64).collect()),
        }
    }

    /// Converts to single precision, with rounding. Singles are moved, not copied.
    #[must_use]
    #[allow(
        clippy::cast_lossless,
        clippy::unnecessary_cast,
        reason = "one expression for all ten types"
    )]
    pub fn into_f32(self) -> Vec<f32> {
        match self {
            Self::F32(values) => values,
            other => with_numbers!(other, values => values.into_iter().map(|v| v as f32).collect()),
        }
    }

    /// The value at `index` as `f64`.
    #[must_use]
    #[allow(
        clippy::cast_lossless,
        clippy::unnecessary_cast,
        reason = "one expression for all ten types"
    )]
    pub fn get(&self, index: usize) -> Option<f64> {
        with_numbers!(self, values => values.get(index).map(|v| *v as f64))
    }
}
