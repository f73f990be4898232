//! The position of a recorded line, and the origin of its request.

use crate::call::time::Millis;
use crate::engine::search::call_columns::test_of;
use std::sync::Arc;

/// A line of the recording that was just written or read.
#[derive(Debug, Clone)]
pub(crate) struct RecordedLine {
    pub origin: Arc<RequestOrigin>,
    pub offset: u64,
    /// The length without the line end.
    pub len: u32,
    pub status: u16,
    pub received_at: Millis,
    /// The finding code for a signature that is wrong or missing.
    pub signature: Option<&'static str>,
    /// True if a fault was injected.
    pub has_fault: bool,
}

/// The path to which a request was sent, and the test that sent it. Most requests share the origin
/// of the previous one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RequestOrigin {
    pub(crate) path: String,
    pub test: Option<String>,
}

impl RequestOrigin {
    /// Returns the origin of a request: `last` if it is the same.
    pub fn new(
        path: &str,
        headers: &[(String, String)],
        last: &mut Arc<RequestOrigin>,
    ) -> Arc<RequestOrigin> {
        let test = test_of(headers);
        if last.path != path || last.test.as_deref() != test {
            let (path, test) = (path.to_owned(), test.map(str::to_owned));
            *last = Arc::new(RequestOrigin { path, test });
        }
        Arc::clone(last)
    }
}
