//! What all charts share: style, markers, axes, legends.

mod across;
pub mod axis;
pub mod color_bar;
pub mod colormap;
pub mod frame;
pub mod grid;
pub mod legend;
pub mod marker;
pub mod sides;
pub mod style;

pub use axis::Axis;
pub use color_bar::ColorBar;
pub use colormap::ColorMap;
pub use frame::{Frame, Margins};
pub use grid::Grid;
pub use legend::{Entry, Sample};
pub use marker::Marker;
pub use sides::Sides;
pub use style::{Dash, Look, Style};
