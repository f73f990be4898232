//! The queue fills, waits and ends as its callers need it.

use crate::engine::ingest::queue::*;
use crate::engine::ingest::queue_entry::QueueEntry;
use crate::engine::test_engine::TestEngine;
use crate::recording::{RequestLine, ResponseSource};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

fn item(offset: u64, text: usize) -> QueuedLine {
    let work = match text {
        0 => QueueEntry::Nothing,
        text => QueueEntry::Push(
            "x".repeat(text),
            Box::new(RequestLine {
                request: 1,
                received_at: 0,
                method: String::new(),
                path: String::new(),
                query: String::new(),
                headers: Vec::new(),
                status: 200,
                response: ResponseSource::Own,
                fault: None,
                body: None,
                other_body: None,
                refused: None,
                refused_kind: None,
                body_bytes: None,
                signature: None,
                is_tls: false,
                excerpt: None,
            }),
        ),
    };
    QueuedLine { offset, end: offset + 1, work }
}

/// Judges until the queue ends; what was done, in order: lines by their offset, or how far the
/// recording was read.
fn judge(queue: &Queue) -> Vec<Result<u64, u64>> {
    let (mut items, mut spares, mut done, mut seen) = (Vec::new(), Vec::new(), 0, Vec::new());
    loop {
        match queue.next(done, &mut items, &mut spares) {
            NextWork::End => return seen,
            NextWork::Items => {
                done = items.last().map_or(done, |item| item.end);
                seen.extend(items.drain(..).map(|item| Ok(item.offset)));
            }
            NextWork::Read(to) => {
                done = to;
                seen.push(Err(to));
            }
        }
    }
}

#[test]
fn what_was_there_is_read_and_what_comes_is_handed_over_in_order() {
    let queue = Arc::new(Queue::new(5, false));
    assert!(!queue.is_settled() && queue.is_behind());
    queue.push(&mut vec![item(5, 0)]);
    let judging = thread::spawn({
        let queue = Arc::clone(&queue);
        move || judge(&queue)
    });
    (6..2_000).for_each(|offset| queue.push(&mut vec![item(offset, 0)]));
    assert!(queue.settle_to(queue.recorded(), Duration::from_secs(60)));
    assert!(queue.is_settled() && !queue.is_behind());
    assert_eq!(queue.reading(), None);
    queue.end();
    assert!(queue.settle_to(queue.recorded(), Duration::from_secs(60)));
    let seen = judging.join().expect("no panic");
    assert_eq!(seen, std::iter::once(Err(5)).chain((5..2_000).map(Ok)).collect::<Vec<_>>());
}

#[test]
fn the_reader_of_an_imported_file_waits_for_room() {
    let queue = Arc::new(Queue::new(0, true));
    let pushing = thread::spawn({
        let queue = Arc::clone(&queue);
        move || (0..4).for_each(|at| queue.push(&mut vec![item(at, MAX_COST / 2 - 1_000)]))
    });
    while queue.recorded() < 2 || queue.lock().want_room == 0 {
        thread::yield_now();
    }
    assert_eq!(queue.recorded(), 2, "the third waits");
    let judging = thread::spawn({
        let queue = Arc::clone(&queue);
        move || judge(&queue)
    });
    pushing.join().expect("no panic");
    assert!(queue.settle_to(queue.recorded(), Duration::from_secs(60)));
    queue.end();
    assert_eq!(judging.join().expect("no panic"), [Ok(0), Ok(1), Ok(2), Ok(3)]);
}

#[test]
fn what_finds_no_room_while_a_file_is_read_is_read_too() {
    let queue = Queue::new(9, false);
    (9..13).for_each(|at| queue.push(&mut vec![item(at, MAX_COST / 2 - 1_000)]));
    let queue = Arc::new(queue);
    let judging = thread::spawn({
        let queue = Arc::clone(&queue);
        move || judge(&queue)
    });
    assert!(queue.settle_to(queue.recorded(), Duration::from_secs(60)));
    queue.end();
    assert_eq!(judging.join().expect("no panic"), [Err(9), Ok(9), Ok(10), Err(13)]);
}

/// Returns a line at an offset that costs half of what the queue may hold.
fn large(offset: u64) -> QueuedLine {
    item(offset, MAX_COST / 2)
}

#[test]
fn no_sender_waits_and_what_finds_no_room_is_read_back() {
    let queue = Queue::new(0, false);
    // the third finds no room; the small one behind it would, but its place is behind the third
    let mut lines = vec![large(0), large(1), large(2), item(3, 0)];
    queue.push(&mut lines);
    assert_eq!((queue.recorded(), queue.lag_bytes()), (4, 4));
    let judged = thread::scope(|scope| {
        let judge = scope.spawn(|| judge(&queue));
        assert!(queue.settle_to(queue.recorded(), Duration::from_secs(60)));
        queue.end();
        judge.join().expect("no panic")
    });
    assert_eq!(judged.first(), Some(&Ok(0)));
    let read_to = judged.iter().filter_map(|done| done.err()).max();
    let in_queue = judged.iter().filter(|done| done.is_ok()).count();
    assert!(in_queue < 4 && read_to == Some(4), "{judged:?}");
}

#[test]
fn the_lag_is_what_is_recorded_and_not_judged() {
    let queue = Queue::new(0, false);
    queue.push(&mut vec![large(0), large(1), large(2)]);
    let (mut items, mut spares) = (Vec::new(), Vec::new());
    assert!(matches!(queue.next(0, &mut items, &mut spares), NextWork::Items));
    let done = items.last().map_or(0, |item| item.end);
    assert!(matches!(queue.next(done, &mut items, &mut spares), NextWork::Read(3)));
    assert_eq!((queue.lag_bytes(), queue.reading()), (3 - done, None));
    assert!(!queue.settle_to(3, Duration::ZERO));
    queue.moved(3);
    assert_eq!(queue.lag_bytes(), 0);
    assert!(queue.settle_to(3, Duration::ZERO));
}

#[test]
fn the_parse_buffer_of_a_refused_request_is_used_again() {
    let test = TestEngine::start();
    let kept = || test.engine.shared.queue.buffers().len();
    test.track("E");
    // the judge thread gives the buffer back just after the call counts as judged
    let deadline = Instant::now() + Duration::from_secs(20);
    while kept() != 1 {
        assert!(Instant::now() < deadline, "{} buffers", kept());
        thread::yield_now();
    }
    for _ in 0..3 {
        assert_eq!((test.status("{"), kept()), (400, 1));
    }
}

#[test]
fn parse_buffers_of_large_bodies_are_not_kept() {
    let queue = Queue::new(0, false);
    queue.give_buffer(queue.take_buffer(), LARGE_COST + 1);
    assert_eq!(queue.buffers().len(), 0);
    for _ in 0..MAX_SPARES + 1 {
        queue.give_buffer(ParseScratch::default(), LARGE_COST);
    }
    assert_eq!(queue.buffers().len(), MAX_SPARES);
}
