//! Processes that CMD started and that still run when it has ended. `run` is their nearest subreaper, so
//! whatever CMD started becomes a child of `run` when its own parent ends.

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, wait};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// The time for these processes to end after SIGTERM, and after SIGKILL.
const TERM_TIMEOUT: Duration = Duration::from_secs(2);
const KILL_TIMEOUT: Duration = Duration::from_secs(5);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Makes this process the parent of the processes that CMD leaves behind.
pub fn adopt() {
    // if that fails, only CMD's process group is ended
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Ends all processes that CMD left behind: first with SIGTERM, and then with SIGKILL those that remain.
/// Returns the number of processes that got a signal.
pub fn end(group: Pid) -> usize {
    let mut asked = HashSet::new();
    let begun = Instant::now();
    // a list misses processes that start while it is made; the kernel knows whether there is a child
    while has_children() && begun.elapsed() < TERM_TIMEOUT + KILL_TIMEOUT {
        let is_late = begun.elapsed() >= TERM_TIMEOUT;
        let Some(left) = descendants() else {
            // no other group can have this id as long as one of its processes exists
            let _ = kill_process_group(group, Signal::KILL);
            break;
        };
        for pid in left {
            if is_late {
                send(pid, Signal::KILL);
            } else if asked.insert(pid) {
                send(pid, Signal::TERM);
                // a stopped process ends only after it continues
                send(pid, Signal::CONT);
            }
        }
        std::thread::sleep(POLL_INTERVAL);
    }
    asked.len()
}

fn send(pid: Pid, signal: Signal) {
    // the process may have ended by itself
    let _ = kill_process(pid, signal);
}

/// Reaps children that have ended, and returns true if others are left. The children of a child that ends
/// become children of this process, so without children there are no processes left.
fn has_children() -> bool {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// Returns the running processes below this one; none if the system does not list them.
fn descendants() -> Option<Vec<Pid>> {
    let mut children: HashMap<i32, Vec<(i32, bool)>> = HashMap::new();
    for entry in std::fs::read_dir("/proc").ok()? {
        let Ok(entry) = entry else { continue };
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        // the process has ended meanwhile
        let Ok(stat) = std::fs::read(entry.path().join("stat")) else { continue };
        if let Some((parent, has_ended)) = parent_of(&stat) {
            children.entry(parent).or_default().push((pid, has_ended));
        }
    }
    let own = i32::try_from(std::process::id()).ok()?;
    // a `/proc` without processes is not Linux
    (!children.is_empty()).then(|| descendants_of(own, &children))
}

/// Reads the parent from a line of `/proc/PID/stat`, and whether the process has ended.
fn parent_of(stat: &[u8]) -> Option<(i32, bool)> {
    // the name, in parentheses, may contain anything
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(end + 1..)?).ok()?;
    let mut fields = rest.split_ascii_whitespace();
    let has_ended = matches!(fields.next()?, "Z" | "X" | "x");
    Some((fields.next()?.parse().ok()?, has_ended))
}

fn descendants_of(top: i32, children: &HashMap<i32, Vec<(i32, bool)>>) -> Vec<Pid> {
    let (mut found, mut next) = (Vec::new(), vec![top]);
    while let Some(parent) = next.pop() {
        for (pid, has_ended) in children.get(&parent).into_iter().flatten() {
            next.push(*pid);
            found.extend(Pid::from_raw(*pid).filter(|_| !has_ended));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_have_any_name() {
        assert_eq!(parent_of(b"12 (a) b) (c) S 7 12 12 0"), Some((7, false)));
        assert_eq!(parent_of(b"12 (\xff\n) Z 7 12"), Some((7, true)));
        assert_eq!(parent_of(b"12 (x) S"), None);
        assert_eq!(parent_of(b""), None);
    }

    #[test]
    fn those_below_those_below_count_and_those_that_ended_do_not() {
        let children = [
            (1, vec![(2, false), (3, true), (9, false)]),
            (2, vec![(4, false)]),
            (3, vec![(5, false)]),
            (8, vec![(1, false)]),
        ];
        let mut found: Vec<i32> =
            descendants_of(1, &children.into()).into_iter().map(Pid::as_raw_pid).collect();
        found.sort_unstable();
        assert_eq!(found, [2, 4, 5, 9]);
    }
}
