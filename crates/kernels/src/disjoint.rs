//! Lets several threads write to disjoint ranges of one slice.

use std::marker::PhantomData;

/// A slice whose disjoint ranges the tasks of a parallel loop write to.
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
    /// While the returned slice lives, no thread may request a range that overlaps it.
    #[allow(unsafe_code, clippy::mut_from_ref)]
    pub(crate) unsafe fn range(&self, start: usize, len: usize) -> &mut [T] {
        assert!(start <= self.len && len <= self.len - start);
        // SAFETY: the range lies inside the borrowed slice (just checked), and the caller promises exclusiveness.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(start), len) }
    }
}
