//! Profile of a network: the time of each op.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Instant;

/// Direction of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// From inputs to the result.
    Forward,
    /// From the gradient of the result to the gradients of the inputs.
    Backward,
}

/// Total time of all passes of one op in one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpTime {
    /// Name of the op.
    pub op: &'static str,
    /// Forward or backward.
    pub way: Way,
    /// Number of passes.
    pub calls: usize,
    /// Total time of these passes in seconds.
    pub seconds: f64,
}

type Times = BTreeMap<(&'static str, Way), (usize, f64)>;

thread_local! {
    static TIMES: RefCell<Option<Times>> = const { RefCell::new(None) };
}

/// Runs `f` and returns its result and the times of the ops that it ran on this thread with our kernels.
///
/// Calls must not be nested.
pub fn profiled<R>(f: impl FnOnce() -> R) -> (R, Vec<OpTime>) {
    /// Stops profiling, also if `f` panics.
    struct Stop;
    impl Drop for Stop {
        fn drop(&mut self) {
            TIMES.set(None);
        }
    }
    TIMES.set(Some(Times::new()));
    let _stop = Stop;
    let result = f();
    let times = TIMES.take().unwrap_or_default().into_iter();
    let times = times.map(|((op, way), (calls, seconds))| OpTime {
        op,
        way,
        calls,
        seconds,
    });
    (result, times.collect())
}

/// Runs a pass of an op and adds its time to the profile, if there is one.
pub(crate) fn timed<R>(op: &'static str, way: Way, pass: impl FnOnce() -> R) -> R {
    if TIMES.with_borrow(Option::is_none) {
        return pass();
    }
    let start = Instant::now();
    let result = pass();
    let seconds = start.elapsed().as_secs_f64();
    TIMES.with_borrow_mut(|times| {
        if let Some(times) = times {
            let entry = times.entry((op, way)).or_default();
            *entry = (entry.0 + 1, entry.1 + seconds);
        }
    });
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_are_counted_while_profiling() {
        timed("a", Way::Forward, || ());
        let (result, times) = profiled(|| {
            timed("a", Way::Forward, || ());
            timed("a", Way::Forward, || ());
            timed("a", Way::Backward, || 7)
        });
        assert_eq!(result, 7);
        let counted: Vec<_> = times.iter().map(|t| (t.op, t.way, t.calls)).collect();
        assert_eq!(counted, [("a", Way::Forward, 2), ("a", Way::Backward, 1)]);
        assert!(times.iter().all(|t| t.seconds >= 0.0));
    }
}
