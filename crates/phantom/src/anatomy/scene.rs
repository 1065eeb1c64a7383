//! What is in the field of view: the skin and the vessels in it.

use crate::anatomy::dermis;
use crate::anatomy::loops::loops;
use crate::anatomy::skin::Skin;
use crate::anatomy::tube::Tube;
use crate::anatomy::vessels::vessels;
use crate::random::streams::Streams;
use crate::tree::Tree;
use crate::{Config, PhantomError};

/// A scene, from which the scan and all that is true of it come.
pub(crate) struct Scene<'a> {
    pub config: &'a Config,
    pub skin: Skin,
    /// Loops and vessels, those of trees among them.
    pub vessels: Vec<Tube>,
    /// The arterial trees among them.
    pub tree: Option<Tree>,
}

impl<'a> Scene<'a> {
    /// Draws a scene.
    ///
    /// # Errors
    /// The epidermis reaches below the scan; below it there is no room for the trees.
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
