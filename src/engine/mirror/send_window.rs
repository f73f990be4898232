//! The requests that are being sent, in the order of the recording, and the position up to which all
//! requests are done.

use crate::engine::mirror::reader::MirrorPosition;
use std::collections::VecDeque;

/// The requests that are read and not done, and those done behind them.
#[derive(Debug)]
pub(crate) struct SendWindow {
    /// The number of the first.
    first: u64,
    entries: VecDeque<WindowEntry>,
    /// The number of requests that are not done.
    open: usize,
    /// The length of the bodies of the requests that are not done.
    bytes: usize,
    /// The position up to which all requests are done.
    done: MirrorPosition,
}

#[derive(Debug)]
struct WindowEntry {
    /// The position behind its line, or behind the last line after it that holds nothing to be sent.
    end: MirrorPosition,
    bytes: usize,
    is_done: bool,
}

impl SendWindow {
    /// Creates an empty window: all requests are done up to a position.
    pub fn new(done: MirrorPosition) -> SendWindow {
        SendWindow { first: 0, entries: VecDeque::new(), open: 0, bytes: 0, done }
    }

    /// Adds a request that is going to be sent, and returns its number.
    pub fn add(&mut self, end: MirrorPosition, bytes: usize) -> u64 {
        self.bytes += bytes;
        self.open += 1;
        self.entries.push_back(WindowEntry { end, bytes, is_done: false });
        self.first + self.entries.len() as u64 - 1
    }

    /// Passes over a line that holds nothing to be sent.
    pub fn skip(&mut self, end: MirrorPosition) {
        match self.entries.back_mut() {
            Some(last) => last.end = end,
            None => self.done = end,
        }
    }

    /// Notes that a request is done.
    pub fn finish(&mut self, number: u64) {
        let entry = self.entries.get_mut((number - self.first) as usize);
        if let Some(entry) = entry.filter(|entry| !entry.is_done) {
            entry.is_done = true;
            self.bytes -= entry.bytes;
            self.open -= 1;
        }
        while let Some(entry) = self.entries.pop_front_if(|entry| entry.is_done) {
            self.first += 1;
            self.done = entry.end;
        }
    }

    /// Returns the position up to which all requests are done.
    pub fn done(&self) -> MirrorPosition {
        self.done
    }

    /// Returns the number of requests that are not done.
    pub fn open(&self) -> usize {
        self.open
    }

    /// Returns the number of requests in the window, with those done behind one that is not.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the length of the bodies of the requests that are not done.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64) -> MirrorPosition {
        MirrorPosition { offset, ..MirrorPosition::default() }
    }

    #[test]
    fn all_is_done_up_to_the_oldest_that_is_not() {
        let mut window = SendWindow::new(at(5));
        window.skip(at(10));
        assert_eq!(window.done(), at(10));
        let numbers = [window.add(at(20), 1), window.add(at(30), 2), window.add(at(40), 4)];
        window.skip(at(45));
        assert_eq!((window.len(), window.open(), window.bytes()), (3, 3, 7));
        window.finish(numbers[1]);
        assert_eq!((window.done(), window.open(), window.bytes()), (at(10), 2, 5));
        assert_eq!(window.len(), 3, "it is done behind one that is not");
        window.finish(numbers[0]);
        assert_eq!((window.done(), window.len()), (at(30), 1));
        window.finish(numbers[2]);
        assert_eq!((window.done(), window.len(), window.bytes()), (at(45), 0, 0));
        let next = window.add(at(50), 1);
        window.finish(next);
        assert_eq!(window.done(), at(50));
    }
}
