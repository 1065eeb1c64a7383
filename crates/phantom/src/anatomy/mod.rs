//! The content of a scene: the layers of skin, and tubes of blood, hair and pigment.

pub(crate) mod dermis;
pub(crate) mod dermis_trees;
pub(crate) mod grain;
pub(crate) mod hair;
pub(crate) mod loops;
pub(crate) mod melanin;
pub(crate) mod scene;
pub(crate) mod skin;
pub(crate) mod tube;
pub(crate) mod vessels;
