//! What the listener hands its requests to.

use crate::call::time::Millis;
use crate::engine::{FrameTimes, Pending, Pipeline, Taken};
use crate::wire::{Refusal, Reply, RequestHead};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Takes requests. Each method is called on the listener's own thread and answers before it
/// returns: what is slow here is slow for every client.
pub trait Intake: Send + Sync + 'static {
    /// Takes a request with its whole body as it came. `here` is the address to name where the
    /// request itself names none. Preflights and the inspector's own paths do not come here.
    fn take(&self, head: &RequestHead<'_>, body: &[u8], here: &str) -> Taken;

    /// The other answer to a request that was held, if it could not be recorded after all. Asked
    /// when all requests that were ready together have been taken.
    fn written(&self, held: &Pending) -> Option<Reply>;

    /// A request whose body was not read to its end; `kept` is its beginning. The answer is
    /// usually [`Trouble::reply`].
    fn refuse(&self, head: &RequestHead<'_>, kept: &[u8], trouble: &Trouble) -> Reply;

    /// Something that the user should know and that no request shows.
    fn notice(&self, notice: &Notice);

    /// The clock goes on: called about once a second while the listener runs.
    fn tick(&self, _now: Millis) {}

    /// The calls that were taken, for the inspector's own paths; none if nothing is kept.
    fn pipeline(&self) -> Option<&Arc<Pipeline>> {
        None
    }

    /// What the health page tells.
    fn health(&self) -> Health;
}

/// Why a request could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It is larger than any request of its path may be.
    TooLarge {
        /// The refusal to answer with.
        refusal: Refusal,
        /// How long the body is, where that is known.
        length: Option<u64>,
    },
    /// There was no room for it. The sender comes back after so many seconds.
    Busy {
        /// Seconds.
        retry_after: u32,
    },
    /// Its body stopped coming.
    TooSlow,
    /// It is not what HTTP says.
    Malformed {
        /// The status that it is answered with.
        status: u16,
        /// The code of the refusal.
        code: &'static str,
        /// A word for the kind of problem.
        kind: &'static str,
        /// What is wrong.
        message: String,
    },
}

impl Trouble {
    /// The answer.
    pub fn reply(&self) -> Reply {
        match self {
            Trouble::TooLarge { refusal, .. } => Reply::refused(refusal),
            Trouble::Busy { retry_after } => Reply::busy(*retry_after),
            Trouble::TooSlow => Reply::too_slow(),
            Trouble::Malformed { status, code, message, .. } => {
                Reply::failure(*status, code, message)
            }
        }
    }
}

/// What happened on a connection and left no request behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice {
    /// A client speaks TLS to the plain port.
    Tls {
        /// The client.
        remote: SocketAddr,
    },
    /// A client went away in the middle of its request; nothing of it was acknowledged.
    Gone {
        /// The client.
        remote: SocketAddr,
    },
    /// Connections were closed to make room for new ones.
    Crowded {
        /// How many so far.
        closed: u64,
        /// How many may be open.
        most: usize,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Notice::Tls { remote } => write!(
                f,
                "{remote} speaks TLS (https), this port is plain: set the SDK's host to http://"
            ),
            Notice::Gone { remote } => {
                write!(f, "{remote} went away before its request was complete")
            }
            Notice::Crowded { closed, most } => write!(
                f,
                "{closed} idle or slow connections were closed to make room for new ones; at most {most} are open at a time"
            ),
        }
    }
}

/// What the health page tells of the intake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// The recording's file, if it has one.
    pub recording: Option<PathBuf>,
    /// Requests taken, refused ones too.
    pub requests: u64,
    /// Requests refused.
    pub refused: u64,
    /// Calls taken, without repeats.
    pub calls: u64,
    /// Calls whose `messageId` came before.
    pub repeats: u64,
    /// What stands in the way of recording, if anything does.
    pub problem: Option<String>,
    /// How long the latest frames of the screen took, where one is drawn.
    pub frames: Option<FrameTimes>,
}
