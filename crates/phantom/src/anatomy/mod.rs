//! What a scene is made of: the layers of skin, and tubes of blood, hair and pigment in and on it.

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
