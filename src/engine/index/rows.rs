//! The rows of the index.

use crate::call::time::Millis;
use crate::engine::index::sender_platform::SenderPlatform;
use crate::engine::index::{SetId, ShapeId, TextId};

/// What stands in a row of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexRow {
    /// A call, by its place among the calls.
    Call(u64),
    /// A request that has a row of its own.
    NoCall(NoCallRow),
}

/// A row of the log for a request as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCallRow {
    /// The request's place among the requests.
    pub request: u32,
    /// Why it has a row of its own.
    pub kind: NoCall,
}

/// Why a request has a row of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoCall {
    /// It was refused.
    Refused,
    /// Nothing is at its path, or not with its method.
    NotFound,
    /// It was answered with success and should hold calls, but no call could be read from it.
    Empty,
    /// It holds calls, which have rows of their own, and items that are no calls.
    LostItems,
    /// It was answered and needs no call: settings, counters.
    Other,
}

impl NoCall {
    /// How many kinds there are.
    pub const COUNT: usize = 5;

    /// The kind of a request that was answered with an error.
    pub fn of_error(status: u16) -> NoCall {
        if matches!(status, 404 | 405) { NoCall::NotFound } else { NoCall::Refused }
    }

    /// Whether calls are lost by it, or may be.
    pub fn is_wrong(self) -> bool {
        self != NoCall::Other
    }

    /// The word for it in the log.
    pub fn word(self) -> &'static str {
        match self {
            NoCall::Refused => "refused",
            NoCall::NotFound => "not found",
            NoCall::Empty => "no call",
            NoCall::LostItems => "lost items",
            NoCall::Other => "request",
        }
    }
}

/// Small facts about a call, a bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// All of them.
    pub fn new(repeat: bool, doubtful_account: bool, doubtful_user: bool) -> Flags {
        Flags(u8::from(repeat) | u8::from(doubtful_account) << 1 | u8::from(doubtful_user) << 2)
    }

    /// Its `messageId` came before.
    pub fn repeat(self) -> bool {
        self.0 & 1 != 0
    }

    /// The account id is used but doubtful.
    pub fn doubtful_account(self) -> bool {
        self.0 & 2 != 0
    }

    /// The user id is used but doubtful.
    pub fn doubtful_user(self) -> bool {
        self.0 & 4 != 0
    }
}

/// How the id that the first vendor in use found stands in a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum HasId {
    /// None found any.
    #[default]
    No,
    /// It is used, and looks wrong: a number, or a missing value as text.
    Doubtful,
    /// It is there.
    Yes,
}

/// A call in the index.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallRow {
    /// Its request's place among the requests.
    pub request: u32,
    /// Where its text begins, counted from the beginning of the request's line.
    pub start: u32,
    /// How long its text is.
    pub len: u32,
    /// What it has in common with others.
    pub shape: ShapeId,
    /// Small facts.
    pub flags: Flags,
    /// What the log shows as its name.
    pub name: TextId,
    /// The account id that the first vendor in use found.
    pub account: TextId,
    /// The user id that the first vendor in use found.
    pub user: TextId,
    /// Its finding codes at all vendors.
    pub set: SetId,
}

impl CallRow {
    /// How its account and its user stand.
    pub fn has(&self) -> [HasId; 2] {
        let has = |id: TextId, doubtful| match (id.is_none(), doubtful) {
            (true, _) => HasId::No,
            (false, true) => HasId::Doubtful,
            (false, false) => HasId::Yes,
        };
        [
            has(self.account, self.flags.doubtful_account()),
            has(self.user, self.flags.doubtful_user()),
        ]
    }
}

/// A request in the index.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestRow {
    /// Where its line begins in the recording.
    pub offset: u64,
    /// How long its line is, without the line end.
    pub len: u32,
    /// When it arrived.
    pub received_at: Millis,
    /// Its path.
    pub path: TextId,
    /// The value of the header by which tests keep apart.
    pub test: TextId,
    /// The status that it was answered with.
    pub status: u16,
    /// Who sent it.
    pub sender: SenderPlatform,
    /// Small facts.
    pub flags: RequestFlags,
}

/// Small facts about a request, a bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestFlags(u8);

impl RequestFlags {
    /// All of them.
    pub fn new(merged: bool, has_fault: bool) -> RequestFlags {
        RequestFlags(u8::from(merged) | u8::from(has_fault) << 1)
    }

    /// Its calls got a `context` or `integrations` from it, so that they are not in the calls alone.
    pub fn merged(self) -> bool {
        self.0 & 1 != 0
    }

    /// A fault was injected.
    pub fn has_fault(self) -> bool {
        self.0 & 2 != 0
    }
}

// the look-up of its messageId takes 15 to 19 bytes more
const _: () = assert!(size_of::<CallRow>() <= 32 && size_of::<RequestRow>() <= 32);
