//! All processes of a task: a process group on Unix, a job object on Windows.

#[cfg(unix)]
mod marked;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use marked::stop_marked;
#[cfg(unix)]
pub(crate) use unix::Group;
#[cfg(windows)]
pub(crate) use windows::Group;
