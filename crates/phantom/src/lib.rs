//! Made-up scans of skin with known truth.
//!
//! A scene is described in µm and drawn from a seed: a curved surface, an epidermis of smoothly varying thickness whose
//! melanin shines in patches, capillary loops right below it that look alike, vessels and arterial trees deeper down. Two
//! channels see it, LF the thick and HF the thin structures, by one of two rules: the simple one (point spread, decay
//! with depth, noise, streaks) or the physical one (light with shadows, bands of sound by vessel diameter, hair, focus,
//! reflections). The truth is the scene itself, not what shines: the layer goes on smoothly where its melanin has a gap.
//!
//! Every random number comes from a ChaCha8 stream keyed by seed, purpose and place, so the same seed gives the same
//! bytes for any number of threads.

mod anatomy;
mod config;
mod error;
mod geometry;
pub mod gerl2020;
mod phantom;
mod physics;
mod random;
mod rendering;
mod subjects;
pub mod tree;
mod truth;

#[cfg(feature = "cli")]
pub mod cli;

pub use anatomy::dermis_trees::DermisTrees;
pub use config::Config;
pub use error::PhantomError;
pub use phantom::{Phantom, generate, generate_raw};
pub use physics::settings::Physics;
pub use subjects::cohort::{Member, cohort};
pub use subjects::subject::Subject;
pub use truth::{TrueValue, Truth};
