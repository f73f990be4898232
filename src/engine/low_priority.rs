//! Threads that do much work for nobody who waits for its end: filters, and the reading of what was
//! there before. They give way to those that answer, judge and draw.

/// The thread that calls this gives way to the others from now on, where threads have a rank of
/// their own.
pub(crate) fn give_way() {
    #[cfg(target_os = "linux")]
    {
        /// At this one a thread gets a third of what one of the usual rank does.
        const RANK: i32 = 5;
        // one that was started with a lower rank keeps it
        let now = rustix::process::getpriority_process(None).unwrap_or(0);
        // where the system forbids it, it works all the same
        let _ = rustix::process::setpriority_process(None, now.max(RANK));
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::process::getpriority_process;

    #[test]
    fn only_who_calls_it_gives_way() {
        let before = getpriority_process(None).expect("a rank");
        let after = std::thread::spawn(|| {
            give_way();
            getpriority_process(None).expect("a rank")
        });
        assert_eq!(after.join().expect("the thread ends"), before.max(5));
        assert_eq!(getpriority_process(None), Ok(before));
    }
}
