//! Sizes of effects with their intervals.

mod median;
mod rank_biserial;
mod shift_model;

pub use median::{MedianInterval, median_interval};
pub use rank_biserial::{RankBiserial, rank_biserial};
