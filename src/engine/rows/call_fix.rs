//! The texts that are made of a call: its fix, ready to paste, and the call as it is sent alone.

use crate::call::{CallType, Doc, Event};
use crate::engine::rows::views::CallDetail;
use crate::findings::fixes::{self, Fix, SnippetAudience};
use crate::wire;

impl CallDetail {
    /// Returns the corrected call for the vendors in use, ready to paste. Returns `None` if the
    /// type of the call is unknown.
    pub fn fix(&self, reader: SnippetAudience) -> Option<Fix> {
        let kind = CallType::parse(self.kind.as_deref()?)?;
        let (call, derived) = self.docs()?;
        let event = Event { derived: Some(derived.root()), ..Event::bare(call.root()) };
        let library = self.library.as_ref().map(|(name, _)| name.as_str());
        let call = fixes::BrokenCall { event, kind, library, rudder: self.rudder };
        Some(fixes::fix(&call, self.edits.clone(), &self.group_places, reader))
    }

    /// Returns the text of the call with what its path and its batch gave it, so that it means the same
    /// when it is sent alone.
    pub fn standalone_text(&self) -> String {
        let Some((call, derived)) = self.docs() else { return self.call_text.clone() };
        let event = Event { derived: Some(derived.root()), ..Event::bare(call.root()) };
        wire::standalone_call(&event, self.service.service)
    }

    /// Parses the call and its derived fields.
    fn docs(&self) -> Option<(Doc<'_>, Doc<'_>)> {
        let parse = |text| Doc::parse(text).ok();
        Some((parse(self.call_text.as_str())?, parse(self.derived_text.as_str())?))
    }

    /// Returns the corrected call if it differs from the call as sent.
    pub fn correction(&self, reader: SnippetAudience) -> Option<Fix> {
        if self.edits.is_empty() { None } else { self.fix(reader) }
    }
}
