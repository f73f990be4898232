//! The time of sessions, as a vendor works it out.

use crate::call::time::{self, Millis};

/// What a vendor works out by itself from calls, the time of a session or of one module in it; no
/// request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorRecord {
    /// The session's id.
    pub session: Box<str>,
    /// The module; none for the session as a whole.
    pub module: Option<Box<str>>,
    /// When it began.
    pub start: Millis,
    /// When it ended.
    pub end: Millis,
}

impl VendorRecord {
    /// The record as JSON.
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
