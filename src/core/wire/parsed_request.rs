//! The result of parsing a request.

use crate::call::time::Millis;
use crate::call::{CallType, Doc, Event, ObjectShape, Spare, UnknownTimes, Val};
use crate::wire::{Discard, Platform, WriteKey};
use std::borrow::Cow;

/// The calls of a request, and the data that they share.
#[derive(Debug)]
pub struct ParsedRequest<'b> {
    /// The body; `None` for a request that contains no calls.
    pub doc: Option<Doc<'b>>,
    /// An array of the calls' derived fields, in the order of the calls.
    pub derived: Option<Doc<'static>>,
    /// The write key of the request. If its place is [`crate::wire::WriteKeyPlace::Item`], see
    /// [`ParsedRequest::key_of`].
    pub write_key: Option<WriteKey>,
    /// The service that it was meant for.
    pub platform: Platform,
    /// The calls, in order.
    pub calls: Vec<ReadCall>,
    /// The parts of the request that the service drops, in addition to those of the calls; the
    /// paths point into the body.
    pub discards: Vec<Discard>,
}

/// One call of a request.
#[derive(Debug, Clone)]
pub struct ReadCall {
    /// The call's object in [`ParsedRequest::doc`].
    pub node: u32,
    /// The object of its derived fields in [`ParsedRequest::derived`].
    pub derived: u32,
    /// Its index among the items of the request; items that are not calls count too.
    pub index: u32,
    /// Its type, if it is one of the six.
    pub kind: Option<CallType>,
    /// The object in [`ParsedRequest::doc`] that names the library that sent it.
    pub library: Option<u32>,
    /// Its own `writeKey` in [`ParsedRequest::doc`].
    pub write_key: Option<u32>,
    /// Its own `messageId` in [`ParsedRequest::doc`]; `None` if the service generates one.
    pub message_id: Option<u32>,
    /// The shape of the call together with that of its derived fields.
    pub shape: Option<ObjectShape>,
    /// The fingerprint of its content, equal for a repeat of it. Only valid for a call with a
    /// `messageId` of its own.
    pub content: u32,
    /// The time at which the service received it: that of the request, or for a call from a file its
    /// `receivedAt` or `sentAt`. `None` if it has neither.
    pub received_at: Option<Millis>,
    /// The fingerprint of its structure: the names and kinds of its members and derived fields, its
    /// type and its event.
    pub structure: u64,
    /// Its own `event` in [`ParsedRequest::doc`].
    pub event: Option<u32>,
    /// Its own `userId` in [`ParsedRequest::doc`].
    pub user_id: Option<u32>,
    /// Its own `anonymousId` in [`ParsedRequest::doc`].
    pub anonymous_id: Option<u32>,
    /// The times that the service still adds, and that are not known here.
    pub unknown_times: UnknownTimes,
    /// The reasons why the service discards it, and its other findings.
    pub discards: Vec<Discard>,
}

impl ReadCall {
    /// Returns the code of the first reason why the service discards the call.
    pub fn discarded_as(&self) -> Option<&'static str> {
        // nearly every call has no discards
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

/// Memory of one parse that is reused for the next.
#[derive(Debug, Default)]
pub struct ParseScratch {
    pub(crate) body: Spare,
    pub(crate) derived: Spare,
    pub(crate) text: String,
    pub(crate) calls: Vec<ReadCall>,
    /// The memory of a text that the parsed request owned.
    pub(crate) owned: String,
}

/// The maximum memory that is kept for reuse, so that one huge request does not keep its memory
/// forever.
const MAX_KEPT_TEXT_BYTES: usize = 1 << 20;
const MAX_KEPT_CALLS: usize = 4_096;

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

    /// Returns the call overlaid with its derived fields.
    pub fn event(&self, call: &ReadCall) -> Event<'_> {
        let doc = self.doc.as_ref().expect("a request with a call has a body");
        let derived = self.derived.as_ref().map(|derived| derived.at(call.derived));
        let discarded = call.discarded_as().is_some();
        Event {
            call: doc.at(call.node),
            derived,
            discarded,
            shape: call.shape,
            unknown_times: call.unknown_times,
        }
    }

    /// Returns the `messageId` of a call, either its own or the one that the service generates.
    pub fn message_id(&self, call: &ReadCall) -> Option<Val<'_>> {
        match call.message_id {
            Some(own) => Some(self.doc.as_ref()?.at(own)),
            None => self.derived.as_ref()?.at(call.derived).get("messageId"),
        }
    }

    /// Returns a value of the body by its node number in a [`ReadCall`].
    pub fn value(&self, node: Option<u32>) -> Option<Val<'_>> {
        Some(self.doc.as_ref()?.at(node?))
    }

    /// Returns whether the request should contain calls and contains none, or contains items that
    /// are not calls.
    pub fn lacks_calls(&self) -> bool {
        self.discards.iter().any(Discard::is_about_no_call)
    }

    /// Returns the discards of the request as a whole. They are reported once, with the first call.
    pub fn whole_discards(&self) -> impl Iterator<Item = &Discard> {
        self.discards.iter().filter(|discard| !discard.is_about_no_call())
    }

    /// Returns the JSON text of a call's derived fields.
    pub fn derived_text(&self, call: &ReadCall) -> &str {
        self.derived.as_ref().map_or("{}", |derived| derived.at(call.derived).raw())
    }

    /// Returns the library that sent a call, by its own context or by its batch's.
    pub fn library(&self, call: &ReadCall) -> Option<Library<'_>> {
        let library = self.doc.as_ref()?.at(call.library?);
        let name = library.get("name")?.as_str()?;
        Some(Library { name, version: library.get("version").and_then(|v| v.as_str()) })
    }

    /// Returns only the name of that library.
    pub fn library_name(&self, call: &ReadCall) -> Option<Cow<'_, str>> {
        self.doc.as_ref()?.at(call.library?).get("name")?.as_str()
    }

    /// Returns the write key of a call: the request's, or, if the request has keys only on its
    /// items, the item's own.
    pub fn key_of(&self, call: &ReadCall) -> Option<Cow<'_, str>> {
        let key = self.write_key.as_ref()?;
        if key.place == crate::wire::WriteKeyPlace::Item {
            return self.doc.as_ref()?.at(call.write_key?).as_str().filter(|key| !key.is_empty());
        }
        Some(Cow::Borrowed(&key.key))
    }

    /// Converts to a request that owns its text, so that it can be sent to another thread.
    pub fn into_owned(self, scratch: &mut ParseScratch) -> ParsedRequest<'static> {
        let ParsedRequest { doc, derived, write_key, platform, calls, discards } = self;
        let doc = doc.map(|doc| doc.into_owned_in(std::mem::take(&mut scratch.owned)));
        ParsedRequest { doc, derived, write_key, platform, calls, discards }
    }

    /// Returns about how much memory the request takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let docs = self.doc.as_ref().map_or(0, Doc::memory_bytes)
            + self.derived.as_ref().map_or(0, Doc::memory_bytes);
        let calls = self.calls.capacity() * size_of::<ReadCall>();
        let own = self.calls.iter().map(|call| call.discards.capacity()).sum::<usize>();
        docs + calls + (own + self.discards.capacity()) * size_of::<Discard>()
    }

    /// Gives the memory to `scratch` for reuse.
    pub fn recycle(self, scratch: &mut ParseScratch) {
        if let Some(Cow::Owned(mut text)) = self.doc.map(|doc| doc.into_text(&mut scratch.body)) {
            text.clear();
            text.shrink_to(MAX_KEPT_TEXT_BYTES);
            scratch.owned = text;
        }
        if let Some(derived) = self.derived {
            let mut text = derived.into_text(&mut scratch.derived).into_owned();
            text.clear();
            text.shrink_to(MAX_KEPT_TEXT_BYTES);
            scratch.text = text;
        }
        scratch.calls = self.calls;
        scratch.calls.clear();
        scratch.calls.shrink_to(MAX_KEPT_CALLS);
    }
}
