//! Writing to one slice from several threads, each to its own places.

use std::marker::PhantomData;

/// A slice that tasks of a parallel loop write to at places that do not overlap.
pub(crate) struct Disjoint<'a, T> {
    start: *mut T,
    len: usize,
    lifetime: PhantomData<&'a mut [T]>,
}

// SAFETY: the only access is `range`, whose caller promises that no two live ranges overlap; the exclusive borrow that
// the value was made from keeps everyone else out for as long as it lives.
#[allow(unsafe_code)]
unsafe impl<T: Send> Sync for Disjoint<'_, T> {}

impl<'a, T> Disjoint<'a, T> {
    pub(crate) fn new(slice: &'a mut [T]) -> Self {
        Self {
            start: slice.as_mut_ptr(),
            len: slice.len(),
            lifetime: PhantomData,
        }
    }

    /// The elements `start..start + len`.
    ///
    /// # Safety
    /// While the returned slice lives, no other range that overlaps it may be asked for, in this or another thread.
    #[allow(unsafe_code, clippy::mut_from_ref)]
    pub(crate) unsafe fn range(&self, start: usize, len: usize) -> &mut [T] {
        assert!(start <= self.len && len <= self.len - start);
        // SAFETY: the range lies inside the borrowed slice (just checked), and the caller promises exclusiveness.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(start), len) }
    }
}
