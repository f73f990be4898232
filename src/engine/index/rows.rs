//! The rows of the index: calls, requests, and their flags.

use crate::call::time::Millis;
use crate::engine::index::sender_platform::SenderPlatform;
use crate::engine::index::{SetId, ShapeId, TextId};

/// The call or the request of a row of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexRow {
    /// A call, by its position among the calls.
    Call(u64),
    /// A request that has a row of its own.
    NoCall(NoCallRow),
}

/// A row of the log for a request as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCallRow {
    /// The request's position among the requests.
    pub request: u32,
    /// The reason why it has a row of its own.
    pub kind: NoCall,
}

/// The reason why a request has a row of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoCall {
    /// The request was refused.
    Refused,
    /// There is no route with its path, or none with its method.
    NotFound,
    /// It was answered with success and should contain calls, but no call could be read from it.
    Empty,
    /// It contains calls, which have rows of their own, and items that are not calls.
    LostItems,
    /// It was answered and needs no call: a request for settings, or counters.
    Other,
}

impl NoCall {
    /// The number of kinds.
    pub const COUNT: usize = 5;

    /// Returns the kind of a request that was answered with an error. Faults are injected only into
    /// requests to known paths.
    pub fn of_error(status: u16, has_fault: bool) -> NoCall {
        if matches!(status, 404 | 405) && !has_fault { NoCall::NotFound } else { NoCall::Refused }
    }

    /// Returns whether calls were lost, or may have been.
    pub fn is_wrong(self) -> bool {
        self != NoCall::Other
    }

    /// Returns the word for the kind in the log.
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

/// The flags of a call, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Creates the flags of a call.
    pub fn new(repeat: bool, doubtful_account: bool, doubtful_user: bool) -> Flags {
        Flags(u8::from(repeat) | u8::from(doubtful_account) << 1 | u8::from(doubtful_user) << 2)
    }

    /// Returns true if the call's `messageId` came before.
    pub fn repeat(self) -> bool {
        self.0 & 1 != 0
    }

    /// Returns true if the account id is used but doubtful.
    pub fn doubtful_account(self) -> bool {
        self.0 & 2 != 0
    }

    /// Returns true if the user id is used but doubtful.
    pub fn doubtful_user(self) -> bool {
        self.0 & 4 != 0
    }
}

/// The state of an id of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum HasId {
    /// No vendor in use found an id.
    #[default]
    No,
    /// The id is used but looks wrong: a number, or a missing value as text, such as `"null"`.
    Doubtful,
    /// The id was found and looks right.
    Yes,
}

/// A call in the index.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallRow {
    /// The position of its request among the requests.
    pub request: u32,
    /// The offset of its text from the beginning of the request's line, in bytes.
    pub start: u32,
    /// The length of its text in bytes.
    pub len: u32,
    /// The type, library, versions and write key, shared with other calls.
    pub shape: ShapeId,
    /// The flags of the call.
    pub flags: Flags,
    /// The name that the log shows for it.
    pub name: TextId,
    /// The account id: of those that vendors in use found, the first that is doubtful, else the
    /// first.
    pub account: TextId,
    /// The user id, chosen in the same way.
    pub user: TextId,
    /// Its finding codes at all vendors.
    pub set: SetId,
}

impl CallRow {
    /// Returns the state of the account id and of the user id.
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
    /// The offset of its line in the recording.
    pub offset: u64,
    /// The length of its line in bytes, without the line end.
    pub len: u32,
    /// The time of its arrival.
    pub received_at: Millis,
    /// Its path.
    pub path: TextId,
    /// The value of its `X-Segscope-Test` header, by which tests are kept apart.
    pub test: TextId,
    /// The status of its response.
    pub status: u16,
    /// The platform of the sender.
    pub sender: SenderPlatform,
    /// The flags of the request.
    pub flags: RequestFlags,
}

/// The flags of a request, one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestFlags(u8);

impl RequestFlags {
    /// Creates the flags of a request.
    pub fn new(merged: bool, has_fault: bool) -> RequestFlags {
        RequestFlags(u8::from(merged) | u8::from(has_fault) << 1)
    }

    /// Returns true if the batch has a `context` or `integrations` for its calls, so that a call's
    /// own bytes do not contain all of these fields.
    pub fn merged(self) -> bool {
        self.0 & 1 != 0
    }

    /// Returns true if a fault was injected.
    pub fn has_fault(self) -> bool {
        self.0 & 2 != 0
    }
}

// the fingerprint of a call's messageId takes another 15 to 19 bytes
const _: () = assert!(size_of::<CallRow>() <= 32 && size_of::<RequestRow>() <= 32);
