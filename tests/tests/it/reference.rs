//! The reference pages in `docs/reference` are those that the program writes.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::{Folder, checkout, names};

use crate::RSOM;

#[test]
fn the_reference_pages_are_those_of_the_code() {
    let folder = Folder::new();
    RSOM.done(&folder, "reference --output pages");
    let (made, kept) = (folder.join("pages"), checkout().join("docs/reference"));
    let way = "run: rsom reference --output docs/reference";
    assert_eq!(names(&made), names(&kept), "{way}");
    for name in names(&made) {
        let page = |folder: &std::path::Path| std::fs::read_to_string(folder.join(&name)).unwrap();
        assert!(page(&made) == page(&kept), "{name} is stale; {way}");
    }
}
