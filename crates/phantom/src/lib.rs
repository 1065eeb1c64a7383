//! Synthetic scans of skin with known truth.
//!
//! A scene is defined in µm and drawn from a seed: a curved surface; an epidermis of smoothly varying thickness with
//! patches of melanin; capillary loops right below it, which look similar to melanin; vessels and arterial trees below.
//! Two channels show it, LF the thick and HF the thin structures, by one of two rules: the simple rule (point spread,
//! decay with depth, noise, streaks) or the physical rule (light with shadows, frequency bands by vessel diameter,
//! hair, focus, reflections). The truth is the scene itself, not only its visible part: the layer continues
//! smoothly across gaps in the melanin.
//!
//! Every random number comes from a ChaCha8 stream with a key of seed, purpose and position, so the result does not
//! depend on the number of threads.

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
