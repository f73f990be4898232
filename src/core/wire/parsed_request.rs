//! What a request was read to.

use crate::call::{CallType, Doc, Event, ObjectShape, Spare, Val};
use crate::wire::{Discard, Platform, WriteKey};
use std::borrow::Cow;

/// A request's calls, with what belongs to all of them.
#[derive(Debug)]
pub struct ParsedRequest<'b> {
    /// The body; none for a request that holds no calls.
    pub doc: Option<Doc<'b>>,
    /// An array of the calls' derived fields, in their order.
    pub derived: Option<Doc<'static>>,
    /// The write key of the request. Its place may be [`crate::wire::WriteKeyPlace::Item`]: see [`ParsedRequest::key_of`].
    pub write_key: Option<WriteKey>,
    /// Which service it was meant for.
    pub platform: Platform,
    /// The calls, in their order.
    pub calls: Vec<ReadCall>,
    /// What the service drops of the request besides what stands with the calls; the paths point
    /// into the body.
    pub discards: Vec<Discard>,
}

/// One call of a request.
#[derive(Debug, Clone)]
pub struct ReadCall {
    /// The call's object in [`ParsedRequest::doc`].
    pub node: u32,
    /// The object of its derived fields in [`ParsedRequest::derived`].
    pub derived: u32,
    /// Its place among the items of the request, from 0; items that are no calls count too.
    pub index: u32,
    /// Its type, if it is one of the six.
    pub kind: Option<CallType>,
    /// The object in [`ParsedRequest::doc`] that names the library which sent it.
    pub library: Option<u32>,
    /// Its own `writeKey` in [`ParsedRequest::doc`].
    pub write_key: Option<u32>,
    /// Its own `messageId` in [`ParsedRequest::doc`]; none where the service makes one.
    pub message_id: Option<u32>,
    /// Its shape together with that of its derived fields.
    pub shape: Option<ObjectShape>,
    /// What it says, as a fingerprint: the same for a repeat of it. Only of a call with a
    /// `messageId` of its own.
    pub content: u32,
    /// The names and kinds of its members and derived fields, its type and its event, as a
    /// fingerprint.
    pub structure: u64,
    /// Its own `event` in [`ParsedRequest::doc`],
    pub event: Option<u32>,
    /// its `userId`,
    pub user_id: Option<u32>,
    /// and its `anonymousId`.
    pub anonymous_id: Option<u32>,
    /// Why the service discards it, and what else it does to it.
    pub discards: Vec<Discard>,
}

impl ReadCall {
    /// The code of the first reason for which the service discards the call.
    pub fn discarded_as(&self) -> Option<&'static str> {
        // nearly every call has no discards at all
        self.discards.iter().find(|discard| discard.is_fatal()).map(|discard| discard.code)
    }
}

/// The library that sent a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library<'d> {
    /// `context.library.name`
    pub name: Cow<'d, str>,
    /// `context.library.version`
    pub version: Option<Cow<'d, str>>,
}

/// Room that one reading leaves for the next.
#[derive(Debug, Default)]
pub struct ParseScratch {
    pub(crate) body: Spare,
    pub(crate) derived: Spare,
    pub(crate) text: String,
    pub(crate) calls: Vec<ReadCall>,
    /// Of a reading that owned its text.
    pub(crate) owned: String,
}

/// Room over this is given back to the system: one huge request should not be kept for ever.
const KEPT_TEXT: usize = 1 << 20;
const KEPT_CALLS: usize = 4_096;

impl<'b> ParsedRequest<'b> {
    pub(crate) fn empty(write_key: Option<WriteKey>, platform: Platform) -> ParsedRequest<'b> {
        ParsedRequest {
            doc: None,
            derived: None,
            write_key,
            platform,
            calls: Vec::new(),
            discards: Vec::new(),
        }
    }

    /// The call with its derived fields over it.
    pub fn event(&self, call: &ReadCall) -> Event<'_> {
        let doc = self.doc.as_ref().expect("a request with a call has a body");
        let derived = self.derived.as_ref().map(|derived| derived.at(call.derived));
        let discarded = call.discarded_as().is_some();
        Event { call: doc.at(call.node), derived, discarded, shape: call.shape }
    }

    /// The `messageId` of a call, its own or the one that the service makes.
    pub fn message_id(&self, call: &ReadCall) -> Option<Val<'_>> {
        match call.message_id {
            Some(own) => Some(self.doc.as_ref()?.at(own)),
            None => self.derived.as_ref()?.at(call.derived).get("messageId"),
        }
    }

    /// A value of the body by its node, as a call names it.
    pub fn value(&self, node: Option<u32>) -> Option<Val<'_>> {
        Some(self.doc.as_ref()?.at(node?))
    }

    /// Whether the request should hold calls and holds none, or holds items that are no calls.
    pub fn lacks_calls(&self) -> bool {
        self.discards.iter().any(Discard::is_about_no_call)
    }

    /// What the service drops of the request as a whole. It is said once, with the first call.
    pub fn whole_discards(&self) -> impl Iterator<Item = &Discard> {
        self.discards.iter().filter(|discard| !discard.is_about_no_call())
    }

    /// The JSON text of a call's derived fields.
    pub fn derived_text(&self, call: &ReadCall) -> &str {
        self.derived.as_ref().map_or("{}", |derived| derived.at(call.derived).raw())
    }

    /// The library that sent a call, by its own context or by its batch's.
    pub fn library(&self, call: &ReadCall) -> Option<Library<'_>> {
        let library = self.doc.as_ref()?.at(call.library?);
        let name = library.get("name")?.as_str()?;
        Some(Library { name, version: library.get("version").and_then(|v| v.as_str()) })
    }

    /// The name of that library alone.
    pub fn library_name(&self, call: &ReadCall) -> Option<Cow<'_, str>> {
        self.doc.as_ref()?.at(call.library?).get("name")?.as_str()
    }

    /// The write key of a call: the request's; only where that has none but on its items, its own.
    pub fn key_of(&self, call: &ReadCall) -> Option<Cow<'_, str>> {
        let key = self.write_key.as_ref()?;
        if key.place == crate::wire::WriteKeyPlace::Item {
            return self.doc.as_ref()?.at(call.write_key?).as_str().filter(|key| !key.is_empty());
        }
        Some(Cow::Borrowed(&key.key))
    }

    /// The same with a text of its own, so that it can go to another thread.
    pub fn into_owned(self, scratch: &mut ParseScratch) -> ParsedRequest<'static> {
        let ParsedRequest { doc, derived, write_key, platform, calls, discards } = self;
        let doc = doc.map(|doc| doc.into_owned_in(std::mem::take(&mut scratch.owned)));
        ParsedRequest { doc, derived, write_key, platform, calls, discards }
    }

    /// Gives the room back.
    pub fn recycle(self, scratch: &mut ParseScratch) {
        if let Some(Cow::Owned(mut text)) = self.doc.map(|doc| doc.into_text(&mut scratch.body)) {
            text.clear();
            text.shrink_to(KEPT_TEXT);
            scratch.owned = text;
        }
        if let Some(derived) = self.derived {
            let mut text = derived.into_text(&mut scratch.derived).into_owned();
            text.clear();
            text.shrink_to(KEPT_TEXT);
            scratch.text = text;
        }
        scratch.calls = self.calls;
        scratch.calls.clear();
        scratch.calls.shrink_to(KEPT_CALLS);
    }
}
