//! Works out the revision of this crate.

fn main() {
    rsom_revision::emit();
}
