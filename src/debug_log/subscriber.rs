//! The subscriber of the events that segscope emits.

use super::event_line;
use super::queue::LogQueue;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

/// The crate name, with which the targets of segscope's own events begin.
const OWN_TARGET: &str = "segscope";

/// A subscriber that formats each event as a line and adds it to the queue.
#[derive(Debug)]
pub(super) struct LogSubscriber {
    queue: LogQueue,
    home: Option<String>,
}

impl LogSubscriber {
    /// Creates a subscriber. Lines contain `~` in place of `home`, the user's home folder.
    pub fn new(queue: LogQueue, home: Option<String>) -> LogSubscriber {
        LogSubscriber { queue, home: home.filter(|home| home.len() > 1) }
    }
}

fn is_own(metadata: &Metadata<'_>) -> bool {
    let rest = metadata.target().strip_prefix(OWN_TARGET);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl Subscriber for LogSubscriber {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match self.enabled(metadata) {
            true => Interest::always(),
            false => Interest::never(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let most = if is_own(metadata) { Level::DEBUG } else { Level::WARN };
        // the macro `enabled!` creates metadata that is neither an event nor a span
        !metadata.is_span() && *metadata.level() <= most
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn event(&self, event: &Event<'_>) {
        self.queue.push(match is_own(event.metadata()) {
            true => event_line::line_of_event(event, self.home.as_deref()),
            false => event_line::line_of_other_crate(event),
        });
    }

    // spans are disabled, so these are never called
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use super::super::queue::LogEntry;
    use super::*;
    use std::sync::Arc;
    use std::sync::mpsc::sync_channel;

    #[test]
    fn writes_own_events_and_only_the_place_of_others() {
        let (sender, entries) = sync_channel(16);
        let queue = LogQueue::new(sender, Arc::default());
        let subscriber = LogSubscriber::new(queue, Some("/home/ada".to_owned()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!(file = "/home/ada/a b", status = 200u16, "opened");
            tracing::trace!("too fine");
            assert!(tracing::enabled!(Level::DEBUG) && !tracing::enabled!(Level::TRACE));
            tracing::warn!(target: "segscope_other", secret = "s3cret", "s3cret");
            tracing::info!(target: "hyper", "not a warning");
            tracing::error_span!("span")
                .in_scope(|| tracing::info!(text = "\u{1b}[2J\"", "inside"));
        });
        let lines: Vec<String> = entries
            .try_iter()
            .map(|entry| match entry {
                LogEntry::Line(line) => line,
                LogEntry::Flush(_) => String::new(),
            })
            .collect();
        let target = module_path!();
        let id = std::process::id();
        let rest: Vec<&str> = lines.iter().map(|line| &line[24..]).collect();
        assert_eq!(rest.len(), 3, "{lines:?}");
        assert_eq!(rest[0], format!(" DEBUG {id} {target}: opened file=\"~/a b\" status=200\n"));
        let other = format!(
            " WARN  {id} segscope_other: emitted an event; its text is left out file=subscriber.rs line="
        );
        assert!(rest[1].starts_with(&other) && !rest[1].contains("s3cret"), "{}", rest[1]);
        assert_eq!(rest[2], format!(" INFO  {id} {target}: inside text=\"\\u{{1b}}[2J\\\"\"\n"));
    }
}
