//! The fix of a call, ready to paste.

use crate::call::{CallType, Doc, Event};
use crate::engine::rows::views::CallDetail;
use crate::findings::fixes::{self, Fix, SnippetAudience};

impl CallDetail {
    /// Returns the corrected call for the vendors in use, ready to paste. Returns `None` if the
    /// type of the call is unknown.
    pub fn fix(&self, reader: SnippetAudience) -> Option<Fix> {
        let kind = CallType::parse(self.kind.as_deref()?)?;
        let call = Doc::parse(self.call_text.as_str()).ok()?;
        let derived = Doc::parse(self.derived_text.as_str()).ok();
        let event = Event { derived: derived.as_ref().map(Doc::root), ..Event::bare(call.root()) };
        let library = self.library.as_ref().map(|(name, _)| name.as_str());
        let call = fixes::BrokenCall { event, kind, library, rudder: self.rudder };
        Some(fixes::fix(&call, self.edits.clone(), &self.group_places, reader))
    }

    /// Returns the corrected call if it differs from the call as sent.
    pub fn correction(&self, reader: SnippetAudience) -> Option<Fix> {
        if self.edits.is_empty() { None } else { self.fix(reader) }
    }
}
