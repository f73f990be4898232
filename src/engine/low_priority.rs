//! Threads that do much work for nobody who waits for its end: filters, and the reading of what was
//! there before. They give way to those that answer, judge and draw.

/// The thread that calls this gives way to the others from now on, where threads have a rank of
/// their own.
pub(crate) fn give_way() {
    // at this one a thread gets a third of what one of the usual rank does
    set_rank(5);
}

/// The thread that calls this gives way to the others from now on wherever there is something else to
/// do: its work can wait for as long as it takes.
pub(crate) fn give_way_to_all() {
    // a thirtieth
    set_rank(15);
}

fn set_rank(rank: i32) {
    #[cfg(target_os = "linux")]
    {
        // one that was started with a lower rank keeps it
        let now = rustix::process::getpriority_process(None).unwrap_or(0);
        // where the system forbids it, it works all the same
        let _ = rustix::process::setpriority_process(None, now.max(rank));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = rank;
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
            let middle = getpriority_process(None).expect("a rank");
            give_way_to_all();
            (middle, getpriority_process(None).expect("a rank"))
        });
        assert_eq!(after.join().expect("the thread ends"), (before.max(5), before.max(15)));
        assert_eq!(getpriority_process(None), Ok(before));
    }
}
