//! What belongs to a surface at the border of the field of view.

use rsom_parameters::Choice;

/// What belongs to a surface at the border of the field of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Border {
    /// Outside is background: a mask that leaves the field of view has a surface there.
    Closed,
    /// A mask that leaves the field of view goes on outside: it has no surface there.
    Open,
}
