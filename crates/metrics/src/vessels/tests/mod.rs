//! Vessels of known size: counts must be exact, lengths and diameters within 5 %.

mod degenerate;
mod images;
mod invariants;
mod networks;
mod phantoms;
mod trees;
mod tubes;
