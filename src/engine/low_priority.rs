//! Lowers the priority of threads that do long work in the background, such as the search threads
//! and the thread that reads an opened file. They give way to the threads that answer, judge and
//! draw.

/// Lowers the priority of the calling thread from now on. Has an effect only on Linux, where each
/// thread has a nice value of its own.
pub(crate) fn give_way() {
    // at nice 5, a thread gets a third of the processor time of one at nice 0
    set_nice(5);
}

/// Lowers the priority of the calling thread from now on so far that it runs only when little else
/// does. Its work can wait for as long as that takes.
pub(crate) fn give_way_to_all() {
    // a thirtieth of the processor time of a thread at nice 0
    set_nice(15);
}

/// Sets the nice value of the calling thread.
fn set_nice(nice: i32) {
    #[cfg(target_os = "linux")]
    {
        // a thread that was started with a lower priority keeps it
        let now = rustix::process::getpriority_process(None).unwrap_or(0);
        // if the system refuses, the thread works at its old priority
        let _ = rustix::process::setpriority_process(None, now.max(nice));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = nice;
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::process::getpriority_process;

    #[test]
    fn gives_way_only_in_the_calling_thread() {
        let before = getpriority_process(None).expect("a rank");
        let after = std::thread::spawn(|| {
            give_way();
            let middle = getpriority_process(None).expect("a rank");
            give_way_to_all();
            (middle, getpriority_process(None).expect("a rank"))
        });
        assert_eq!(after.join().expect("the thread ends"), (before.max(5), before.max(15)));
        assert_eq!(getpriority_process(None), Ok(before));
    }
}
