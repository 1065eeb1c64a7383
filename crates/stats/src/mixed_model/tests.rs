//! Whole models, compared with R.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]
