//! Parsing the text of a body to its calls (`docs/specs/wire.md` 5).

use crate::call::{Builder, Doc, ObjectShape, Val, fingerprints, text, time};
use crate::wire::derived_fields;
use crate::wire::derived_fields::{DerivedFrom, RequestDefaults};
use crate::wire::discard;
use crate::wire::discard::{BATCH_TOO_LARGE, CALL_TOO_LARGE, at};
use crate::wire::empty_request::is_deletion;
use crate::wire::fields::{Fields, is_call};
use crate::wire::layouts::with_layout;
use crate::wire::platform;
use crate::wire::platform::Headers;
use crate::wire::refusal::RefusalReason;
use crate::wire::violation;
use crate::wire::{
    BodyShape, CallExcerpt, ParseScratch, ParsedRequest, Platform, ReadCall, Refusal, RequestHead,
    Route, WriteKeyPlace,
};
use crate::wire::{
    batch_context, call_type, content_fingerprint, limits, not_json, repeated_keys, times,
    write_key,
};

/// The maximum number of items that are searched for a library that identifies the sender's
/// service.
const MAX_LIBRARY_ITEMS: usize = 8;

/// Parses the calls of a request. `request` is its number in the recording, from which generated
/// ids follow. See [`read_numbered`].
pub fn read<'b>(
    head: &RequestHead<'_>,
    request: u64,
    body: &'b str,
    scratch: &mut ParseScratch,
) -> Result<ParsedRequest<'b>, Refusal> {
    read_numbered(head, &|| request, body, scratch)
}

/// Parses a request as [`read`] does. If it is an excerpt, the rest of the request decides what the
/// call alone does not show.
pub fn read_excerpt<'b>(
    head: &RequestHead<'_>,
    request: u64,
    body: &'b str,
    excerpt: Option<&CallExcerpt>,
    scratch: &mut ParseScratch,
) -> Result<ParsedRequest<'b>, Refusal> {
    read_with(head, &|| request, body, excerpt, scratch)
}

/// Parses the calls of a request whose number is known only when `number` is called. It is called
/// for each call that needs a generated id. `body` is the decoded text of the request, or the result
/// of [`crate::wire::query_body`].
///
/// A call that is only invalid is never refused. A pixel is never refused either: if its call
/// cannot be read, it gets a discard. A request that contains no call returns an empty result.
pub fn read_numbered<'b>(
    head: &RequestHead<'_>,
    number: &dyn Fn() -> u64,
    body: &'b str,
    scratch: &mut ParseScratch,
) -> Result<ParsedRequest<'b>, Refusal> {
    read_with(head, number, body, None, scratch)
}

fn read_with<'b>(
    head: &RequestHead<'_>,
    number: &dyn Fn() -> u64,
    body: &'b str,
    excerpt: Option<&CallExcerpt>,
    scratch: &mut ParseScratch,
) -> Result<ParsedRequest<'b>, Refusal> {
    let shape = match head.route() {
        Route::Calls(shape) => shape,
        route => {
            // counters and sources of other services may have any body, but the body of this route
            // is JSON
            if route == Route::Merge {
                parse(body, scratch)?.recycle(&mut scratch.body);
            }
            return Ok(ParsedRequest::empty(write_key::of_head(head), Platform::Unknown));
        }
    };
    let headers = Headers::from_head(head);
    let pixel = matches!(shape, BodyShape::Pixel(_) | BodyShape::RudderPixel(_));
    let no_body = pixel || (shape == BodyShape::Webhook && matches!(head.method, "GET" | "DELETE"));
    if no_body && body.is_empty() {
        let platform = platform::detect(head, &headers, &Fields::default(), None, !pixel);
        let mut reading = ParsedRequest::empty(write_key::of_head(head), platform);
        reading.discards.push(at(if pixel { "bad_request" } else { "empty_batch" }, ""));
        return Ok(reading);
    }
    let doc = match parse(body, scratch) {
        Ok(doc) => doc,
        Err(refusal) if !pixel => return Err(refusal),
        Err(_) => {
            let mut reading = ParsedRequest::empty(write_key::of_head(head), Platform::Unknown);
            reading.discards.push(at("bad_request", ""));
            return Ok(reading);
        }
    };
    let mut reader = CallReader {
        head,
        headers,
        shape,
        number,
        excerpt,
        calls: std::mem::take(&mut scratch.calls),
        derived: Builder::new(std::mem::take(&mut scratch.text), &mut scratch.derived),
        discards: Vec::new(),
        budget: batch_context::Budget::default(),
    };
    let (write_key, platform) = reader.body(doc.root(), body)?;
    let CallReader { mut calls, derived, discards, .. } = reader;
    let derived = derived.finish();
    for (call, fields) in calls.iter_mut().zip(derived.root().children()) {
        call.derived = fields.node();
        let shape = ObjectShape::new(fields);
        let structure = with_layout(fields, shape, |layout| layout.structure);
        call.structure = fingerprints::mix(call.structure, structure);
        call.shape = call.shape.zip(shape).map(|(own, derived)| own.with(derived));
    }
    Ok(ParsedRequest {
        doc: Some(doc),
        derived: Some(derived),
        write_key,
        platform,
        calls,
        discards,
    })
}

fn parse<'b>(body: &'b str, scratch: &mut ParseScratch) -> Result<Doc<'b>, Refusal> {
    if body.trim_ascii().is_empty() {
        return Err(Refusal::new(RefusalReason::Empty));
    }
    Doc::parse_with(body, &mut scratch.body)
        .map_err(|error| Refusal::new(RefusalReason::NotJson(not_json::look(body, &error))))
}

/// Reads the calls of one body.
pub(crate) struct CallReader<'h, 'a> {
    head: &'h RequestHead<'a>,
    headers: Headers<'a>,
    shape: BodyShape,
    number: &'h dyn Fn() -> u64,
    excerpt: Option<&'h CallExcerpt>,
    pub calls: Vec<ReadCall>,
    derived: Builder,
    pub discards: Vec<discard::Discard>,
    pub budget: batch_context::Budget,
}

type Found = (Option<crate::wire::WriteKey>, Platform);

impl<'h> CallReader<'h, '_> {
    fn body(&mut self, root: Val<'_>, text: &str) -> Result<Found, Refusal> {
        let top = Fields::new(root);
        let items = match self.shape {
            BodyShape::Batch | BodyShape::Beacon => true,
            BodyShape::Bare => {
                top.batch.is_some_and(|batch| batch.is_array()) || top.is_object_batch()
            }
            _ => false,
        };
        if items {
            if fingerprints::may_repeat_in(root) {
                repeated_keys::check_batch(root, &mut self.discards);
            }
            let batch = top.batch.filter(|batch| batch.is_array());
            if batch.is_none_or(|batch| batch.size() == 1) {
                let wrong = top.batch.is_some_and(|batch| !batch.is_array());
                let code = if wrong { "bad_request" } else { "empty_batch" };
                self.discards.push(at(code, "/batch"));
            }
            return self.items(batch, top, "/batch/", text);
        }
        if matches!(self.shape, BodyShape::Webhook | BodyShape::Bare) && root.is_array() {
            if root.size() == 1 {
                self.discards.push(at("empty_batch", ""));
            }
            return self.items(Some(root), Fields::default(), "/", text);
        }
        let library = top.library();
        let platform = self.platform(&top, library);
        limits::check_body(self.shape, platform, text.len())?;
        let shared = self.shared(platform, Fields::default(), &top);
        self.derived.list();
        let is_batch = matches!(self.shape, BodyShape::One(_)) && top.is_batch();
        if root.is_object() && !is_batch {
            // Segment's webhooks also ask to delete users
            if self.shape != BodyShape::Webhook || !is_deletion(root) {
                self.call(root, &top, &shared, 0, library);
                let of_file = self.shape == BodyShape::Bare && shared.is_checked(&top);
                if of_file && limits::is_large_call(platform, false, text) {
                    self.calls[0].discards.push(at(CALL_TOO_LARGE, ""));
                }
            }
        } else {
            self.discards.push(at("bad_request", ""));
        }
        self.derived.close();
        if let Some(excerpt) = self.excerpt {
            excerpt.add_discards(&mut self.calls, &mut self.discards);
        }
        Ok((self.key(top.write_key, None), platform))
    }

    fn items<'d>(
        &mut self,
        items: Option<Val<'d>>,
        top: Fields<'d>,
        path: &str,
        text: &str,
    ) -> Result<Found, Refusal> {
        let children = || items.into_iter().flat_map(|items| items.children());
        let first = children().find(Val::is_object).map(Fields::new).unwrap_or_default();
        let library = top.library();
        let named = library.or_else(|| {
            children().take(MAX_LIBRARY_ITEMS).find_map(|item| Fields::new(item).library())
        });
        let platform = self.platform(&first, named);
        limits::check_body(self.shape, platform, text.len())?;
        let limited = matches!(self.shape, BodyShape::Batch | BodyShape::Beacon);
        let shared = self.shared(platform, top, &first);
        let passed = match self.shape {
            BodyShape::Webhook => true,
            BodyShape::Bare => top.received_at.is_some(),
            _ => false,
        };
        let of_file = self.shape == BodyShape::Bare && !passed;
        let mut item_key = None;
        // the indexes of the first invalid item and of the first that is too large
        let (mut bad, mut large) = (None, None);
        self.derived.list();
        for (index, item) in children().enumerate() {
            if limited {
                limits::check_item(platform, index, item, children())?;
            }
            let fields = Fields::new(item);
            if !item.is_object() || fields.is_batch() {
                self.discards.push(at("bad_request", format!("{path}{index}")));
                if !passed {
                    bad.get_or_insert(index);
                }
                continue;
            }
            item_key = item_key.or(fields.write_key);
            self.call(item, &fields, &shared, index, fields.library().or(library));
            let Some(call) = self.calls.last_mut() else { continue };
            if call.discarded_as().is_some() {
                bad.get_or_insert(index);
            }
            if of_file && limits::is_large_call(platform, true, item.raw()) {
                call.discards.push(at(CALL_TOO_LARGE, ""));
                large.get_or_insert(index);
            }
        }
        self.derived.close();
        let large_batch = of_file && limits::is_large_batch(platform, text);
        match (self.excerpt, platform, bad, large) {
            (Some(excerpt), ..) => excerpt.add_discards(&mut self.calls, &mut self.discards),
            _ if large_batch => {
                self.calls.iter_mut().for_each(|call| call.discards.push(at(BATCH_TOO_LARGE, "")));
            }
            (_, Platform::RudderStack, Some(wrong), _) | (.., Some(wrong)) => {
                self.refuse_all(children().filter(|item| is_call(*item)), &shared, path, wrong);
            }
            (_, Platform::RudderStack, None, _) => {}
            _ => self.batch_discards(limited || of_file),
        }
        self.context_discard();
        Ok((self.key(top.write_key, item_key), platform))
    }

    fn call<'d>(
        &mut self,
        item: Val<'d>,
        fields: &Fields<'d>,
        shared: &RequestDefaults<'d>,
        index: usize,
        library: Option<Val<'d>>,
    ) {
        let arrival =
            derived_fields::write(&mut self.derived, fields, shared, index, &mut self.budget);
        let kind = call_type::find(fields, shared.origin);
        let mut discards = Vec::new();
        if shared.is_checked(fields) {
            discard::check(fields, kind, shared.platform, &mut discards);
        }
        call_type::check(fields, shared.origin, &mut discards);
        times::check(fields, shared, arrival, &mut discards);
        violation::check(fields, &mut discards);
        let message_id = derived_fields::own_id(fields).map(|id| id.node());
        let shape = ObjectShape::new(item);
        let content = content_fingerprint::read(item, shape, fields, kind, message_id.is_some());
        if content.may_repeat {
            repeated_keys::check(item, &mut discards);
        }
        self.calls.push(ReadCall {
            node: item.node(),
            derived: 0,
            index: index as u32,
            kind,
            library: library.map(|library| library.node()),
            write_key: fields.write_key.map(|key| key.node()),
            message_id,
            shape,
            content: content.print,
            received_at: match shared.origin {
                // the time of the event says nothing of the arrival of an old one
                DerivedFrom::Bare => arrival
                    .filter(|(value, _)| {
                        let events = [fields.timestamp, fields.original];
                        !events.iter().flatten().any(|event| event.node() == value.node())
                    })
                    .map(|(_, at)| at),
                DerivedFrom::Sent(_) | DerivedFrom::Forwarded => Some(shared.received_at),
            },
            structure: content.structure,
            event: fields.event.map(|event| event.node()),
            user_id: fields.user_id.map(|id| id.node()),
            anonymous_id: fields.anonymous_id.map(|id| id.node()),
            unknown_times: shared.unknown_times(fields, arrival),
            discards,
        });
    }

    fn platform(&self, call: &Fields<'_>, library: Option<Val<'_>>) -> Platform {
        let name = library.and_then(|library| library.get("name")).and_then(|name| name.as_str());
        let forwarded = match self.shape {
            BodyShape::Webhook => true,
            BodyShape::Bare => call.received_at.is_some(),
            _ => false,
        };
        let found = platform::detect(self.head, &self.headers, call, name.as_deref(), forwarded);
        self.excerpt.map_or(found, |excerpt| excerpt.platform(found))
    }

    fn shared<'d>(
        &self,
        platform: Platform,
        batch: Fields<'d>,
        first: &Fields<'d>,
    ) -> RequestDefaults<'d>
    where
        'h: 'd,
    {
        let origin = match self.shape {
            BodyShape::One(kind) | BodyShape::Pixel(kind) | BodyShape::RudderPixel(kind) => {
                DerivedFrom::Sent(Some(kind))
            }
            BodyShape::Batch | BodyShape::Beacon => DerivedFrom::Sent(None),
            BodyShape::Webhook => DerivedFrom::Forwarded,
            BodyShape::Bare => DerivedFrom::bare(self.head.received_at, &batch, first),
        };
        RequestDefaults {
            origin,
            platform,
            received_at: self.head.received_at,
            // the derived fields of a call from a file follow from its own times
            received_text: match origin {
                DerivedFrom::Bare => String::new(),
                _ => time::format(self.head.received_at),
            },
            number: self.number,
            batch,
        }
    }

    fn key(
        &mut self,
        body: Option<Val<'_>>,
        item: Option<Val<'_>>,
    ) -> Option<crate::wire::WriteKey> {
        let found = write_key::find(self.head, self.headers.authorization, body, item);
        debug_assert!(found.as_ref().is_none_or(|key| key.place != WriteKeyPlace::Path));
        if found.is_none() && write_key::is_required(self.shape) {
            self.discards.push(at("unknown_source", "/writeKey"));
        }
        if let Some(found) = found.as_ref().filter(|found| write_key::is_placeholder(&found.key)) {
            let mut shown = String::new();
            text::write_excerpt(&mut shown, &found.key);
            let said = vec![("value", shown), ("place", found.place.name().to_owned())];
            self.discards.push(discard::Discard { said, ..at("EVT-WRITE-KEY", "/writeKey") });
        }
        found
    }
}
