//! Prepares raw RSOM scans for the networks, by a named recipe.
//!
//! `gerl2019` reproduces the released software of Gerl et al. exactly; `rsom` corrects its errors:
//!
//! | step | `gerl2019` | `rsom` |
//! |---|---|---|
//! | columns that move down to level the skin | what leaves at the bottom comes in at the top | zero comes in |
//! | scans of less than 500 depths | zeros are added below after columns have moved | before, so that nothing is lost |

mod cut;
mod intensity;
mod prepare;
mod settings;
mod skin;
mod spline;

pub use cut::cut_depth_vox;
pub use intensity::Stretch;
pub use prepare::{PreparedRaw, SPACING_MM, prepare_raw};
pub use settings::{Purpose, Recipe};
