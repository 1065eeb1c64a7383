//! What is in the field of view: the skin and the vessels in it.

use crate::loops::loops;
use crate::skin::Skin;
use crate::streams::Streams;
use crate::tube::Tube;
use crate::vessels::vessels;
use crate::{Config, PhantomError};

/// A scene, from which the scan and all that is true of it come.
pub(crate) struct Scene<'a> {
    pub config: &'a Config,
    pub skin: Skin,
    /// Loops and vessels.
    pub vessels: Vec<Tube>,
    /// Where vessels divide.
    pub branches_um: Vec<[f64; 3]>,
}

impl<'a> Scene<'a> {
    /// Draws a scene.
    ///
    /// # Errors
    /// The epidermis reaches below the scan.
    pub fn draw(config: &'a Config, streams: Streams) -> Result<Self, PhantomError> {
        let skin = Skin::new(config, streams)?;
        let mut tubes = loops(config, &skin, streams);
        tubes.extend(vessels(config, &skin, streams));
        Ok(Self {
            config,
            skin,
            vessels: tubes,
            branches_um: Vec::new(),
        })
    }
}
