//! Job objects.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::process::{Child, Command};

use win32job::{ExtendedLimitInfo, Job};

/// The job object of a task. Its processes end with it, and with the run that holds it, however that run ends: a killed run
/// leaves no task behind.
#[derive(Debug)]
pub(crate) struct Group {
    job: Option<Job>,
}

impl Group {
    /// Starts a command in a job of its own.
    ///
    /// A process that the command starts before it is in the job, within microseconds, would not belong to it.
    ///
    /// # Errors
    /// The program cannot be started, or the system refuses a job.
    pub fn spawn(command: &mut Command) -> io::Result<(Child, Self)> {
        let mut limits = ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        let job = Job::create_with_limit_info(&limits).map_err(io::Error::other)?;
        let mut child = command.spawn()?;
        if let Err(error) = job.assign_process(child.as_raw_handle() as isize) {
            // It may have ended already, which is no fault.
            if child.try_wait()?.is_none() {
                let _ = child.kill();
                return Err(io::Error::other(error));
            }
        }
        Ok((child, Self { job: Some(job) }))
    }

    /// With `now`, ends the processes. Without it, does nothing: Ctrl-C reaches all processes of a console by itself.
    pub fn stop(&mut self, now: bool) {
        if now {
            self.end();
        }
    }

    /// Ends what is left of a job whose first process has ended.
    pub fn end(&mut self) {
        self.job = None;
    }
}
