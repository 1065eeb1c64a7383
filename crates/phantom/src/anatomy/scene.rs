//! The content of the field of view: the skin and its vessels.

use crate::anatomy::dermis;
use crate::anatomy::loops::loops;
use crate::anatomy::skin::Skin;
use crate::anatomy::tube::Tube;
use crate::anatomy::vessels::vessels;
use crate::random::streams::Streams;
use crate::tree::Tree;
use crate::{Config, PhantomError};

/// A scene, from which the scan and its truth are computed.
pub(crate) struct Scene<'a> {
    pub config: &'a Config,
    pub skin: Skin,
    /// Capillary loops and vessels, including those of trees.
    pub vessels: Vec<Tube>,
    /// The arterial trees, if there are any.
    pub tree: Option<Tree>,
}

impl<'a> Scene<'a> {
    /// Draws a scene.
    ///
    /// # Errors
    /// The epidermis extends below the scan; there is no room for the trees below it.
    pub fn draw(config: &'a Config, seed: u64) -> Result<Self, PhantomError> {
        let streams = Streams::new(seed);
        let skin = Skin::new(config, streams)?;
        let mut tubes = loops(config, &skin, streams);
        tubes.extend(vessels(config, &skin, streams));
        let trees = config.trees.as_ref();
        let tree = trees
            .map(|trees| trees.grow(config, &skin, seed))
            .transpose()?;
        if let Some(tree) = &tree {
            tubes.extend(dermis::tubes(tree, streams));
        }
        Ok(Self {
            config,
            skin,
            vessels: tubes,
            tree,
        })
    }
}
