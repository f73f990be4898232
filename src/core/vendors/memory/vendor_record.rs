//! The durations of sessions, as a vendor estimates them.

use crate::call::time::{self, Millis};

/// A duration that a vendor estimates from calls, either of a session or of one module in it. It is
/// not a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorRecord {
    /// The session's id.
    pub session: Box<str>,
    /// The module; none for the whole session.
    pub module: Option<Box<str>>,
    /// The time of its beginning.
    pub start: Millis,
    /// The time of its end.
    pub end: Millis,
}

impl VendorRecord {
    /// Returns the record as JSON.
    pub fn json(&self) -> String {
        let kind = if self.module.is_some() { "module_time" } else { "session_time" };
        let mut json = serde_json::json!({ "kind": kind, "session_id": self.session });
        if let Some(module) = &self.module {
            json["module"] = (**module).into();
        }
        json["start"] = time::format(self.start).into();
        json["end"] = time::format(self.end).into();
        json["millis"] = (self.end - self.start).into();
        json.to_string()
    }
}
