//! Parameters: named values with a type, a default, a unit, bounds and one line of help.
//!
//! A struct that derives [`Parameters`](trait@Parameters) declares each of its fields as a parameter, once. Everything
//! else is derived from this declaration: the specification, the command line and its help, the keys of the
//! configuration file, and the checks. An enum that derives [`Choice`](trait@Choice) is a choice among words.
//!
//! ```
//! use rsom_parameters::{Choice, Parameters};
//!
//! #[derive(Debug, Clone, Copy, PartialEq, Choice)]
//! enum Side {
//!     Upper,
//!     Lower,
//! }
//!
//! #[derive(Debug, Parameters)]
//! struct Settings {
//!     /// Smallest probability of the layer.
//!     ///
//!     /// Later paragraphs are documentation; the first one is the help.
//!     #[parameter(default = 0.5, min = 0.0, max = 1.0)]
//!     threshold: f64,
//!     /// Largest change of depth between neighboring columns.
//!     #[parameter(default = 3, min = 1, unit = "voxels")]
//!     max_step_vox: usize,
//!     /// Surface to measure (unset: both).
//!     surface: Option<Side>,
//! }
//!
//! let given = serde_json::json!({ "threshold": 0.9, "surface": "lower" });
//! let settings = Settings::from_map(given.as_object().unwrap()).unwrap();
//! assert_eq!((settings.threshold, settings.max_step_vox), (0.9, 3));
//! assert_eq!(settings.surface, Some(Side::Lower));
//!
//! let wrong = Settings { threshold: 1.5, ..settings };
//! let fault = wrong.check().unwrap_err();
//! assert_eq!(fault.to_string(), "threshold: 1.5 is above the largest allowed value 1");
//! ```
//!
//! # Attributes of a field
//!
//! | attribute | meaning |
//! |---|---|
//! | `default = EXPR` | default value; without it, a `bool` is false |
//! | `required` | must be given |
//! | `advanced` | few users need it: the help lists it after the others |
//! | `min = X`, `max = X` | smallest and largest allowed number; for lists, of each item |
//! | `above = X`, `below = X` | the number must be larger, or smaller, than this |
//! | `unit = "mm"` | unit, shown in the help |
//! | `name = "word"` | name, if it differs from the field's |
//! | `check = path` | an additional rule, `fn(&FieldType) -> Result<(), String>`; a `Vec<T>` may go to a `&[T]` |
//! | `flatten` | replaces the field by its own parameters; `prefix = "p"` adds `p_` before their names |
//! | `skip` | the field is not a parameter; its value is its `Default` |
//!
//! An unset `Option` without a default is null, an unset map is empty. `#[parameters(check = path)]` on the struct adds
//! a rule about several fields, `fn(&Self) -> Result<(), String>`.
//!
//! The words of a [`Choice`](trait@Choice) are the variants' names in `snake_case`; `#[choice("word")]` sets another
//! word.

mod choice;
mod default;
#[doc(hidden)]
pub mod derived;
mod fault;
mod or;
mod parameter;
mod parameters;
mod schema;
mod value;

pub use choice::Choice;
pub use default::IntoDefault;
pub use fault::ParameterFault;
pub use or::{OrAuto, OrNone};
pub use parameter::Parameter;
pub use parameters::Parameters;
pub use rsom_parameters_derive::{Choice, Parameters};
pub use schema::{Schema, Type, to_word};
pub use value::ParameterValue;
