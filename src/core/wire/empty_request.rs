//! Explanations of why a request that was answered with success contains no call, or lost some of
//! its items, and what its sender has to change.

use crate::call::{CallType, Doc, Val, text::visible};
use crate::wire::fields::is_call;
use crate::wire::{BodyShape, ParsedRequest, RequestHead, Route, is_page_code};

/// An explanation of why a request contains no call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The mistake, or the purpose of the request if there is none.
    pub reason: String,
    /// The change to make; empty if there is no mistake.
    pub fix: String,
}

impl Explanation {
    pub(crate) fn new(reason: impl Into<String>, fix: impl Into<String>) -> Explanation {
        Explanation { reason: reason.into(), fix: fix.into() }
    }
}

/// The members that a call has and an envelope of calls does not have.
const CALL_MEMBERS: [&str; 7] =
    ["type", "event", "userId", "anonymousId", "groupId", "previousId", "properties"];
/// The maximum number of characters that are quoted of a sender's text.
const MAX_QUOTED_CHARS: usize = 60;

/// Explains a request that was parsed and contains no call, or items that are not calls.
pub fn explain(head: &RequestHead<'_>, reading: &ParsedRequest<'_>) -> Explanation {
    let path = quoted(head.path);
    let root = reading.doc.as_ref().map(Doc::root);
    match (head.route(), root) {
        (Route::Calls(BodyShape::Batch | BodyShape::Beacon), Some(root)) => batch(root, &path),
        (Route::Calls(BodyShape::Bare), Some(root)) => batch(root, "a batch"),
        (Route::Calls(BodyShape::One(_)), Some(root)) => single(root, &path),
        (Route::Calls(BodyShape::Webhook), Some(root)) => webhook(root),
        (Route::Calls(BodyShape::Webhook), None) => Explanation::new(
            "the request has neither a body nor parameters",
            "send the call in the body, or its properties as parameters",
        ),
        (Route::Calls(_), _) => Explanation::new(
            "the pixel's `data` is not a call: it is not base64 of a JSON object",
            "encode the call as JSON, then as base64, and send it as `data`",
        ),
        (Route::Unknown, _) if is_page_code(head.method, head.path) => {
            Explanation::new("code that a page loads; it is not a call", "")
        }
        (route, _) => Explanation::new(purpose(route), ""),
    }
}

/// Returns the purpose of a request that needs no call.
fn purpose(route: Route<'_>) -> String {
    match route {
        Route::Settings { write_key } => {
            let key = quoted(&crate::wire::query::percent(write_key));
            format!("a library asked for the settings of write key `{key}` and got them")
        }
        Route::SourceConfig => "a RudderStack library asked for its settings and got them".into(),
        Route::Metrics => "counters of a library; they are not calls".into(),
        Route::Merge => "sent between RudderStack's servers; it is not a call".into(),
        Route::WebhookSource => "for a RudderStack webhook source; it is not a call".into(),
        _ => "it is not a call".into(),
    }
}

fn batch(root: Val<'_>, path: &str) -> Explanation {
    let expects = format!("{path} expects `{{\"batch\": [...]}}`");
    if root.is_array() {
        return Explanation::new(
            format!("the body is an array; {expects}"),
            "send an object with the array as its `batch`: `{\"batch\": [...]}`",
        );
    }
    if !root.is_object() {
        return not_an_object(root, &expects);
    }
    if let Some(explanation) = repeated_batch(root) {
        return explanation;
    }
    match root.get("batch") {
        Some(batch) if batch.is_array() => items(batch, "`batch`"),
        Some(batch) if holds_json(batch) => Explanation::new(
            format!("`batch` is a string that holds JSON (encoded twice); {expects}"),
            "encode the body once: put the array itself into `batch`",
        ),
        Some(batch) => Explanation::new(
            format!("`batch` is {}; {expects}", kind(batch)),
            "send `batch` as an array of calls",
        ),
        None => no_batch(root, &expects),
    }
}

/// Explains an object with several members `batch` of which the last is an empty array.
fn repeated_batch(root: Val<'_>) -> Option<Explanation> {
    let batches: Vec<Val<'_>> = root.children().filter(|child| child.key() == "batch").collect();
    let (last, others) = batches.split_last()?;
    if others.is_empty() || !last.is_array() || last.size() > 1 {
        return None;
    }
    let lost: usize = others.iter().map(|batch| batch.children().count()).sum();
    let calls =
        if lost == 1 { "1 call is lost".to_owned() } else { format!("{lost} calls are lost") };
    Some(Explanation::new(
        format!(
            "`batch` is there {} times, and the last, which counts, is empty; {calls}",
            batches.len()
        ),
        "send one `batch` with all calls",
    ))
}

/// Explains an object without `batch`.
fn no_batch(root: Val<'_>, expects: &str) -> Explanation {
    let lists = |value: &Val<'_>| value.is_array() && value.children().any(|item| item.is_object());
    if CALL_MEMBERS.iter().any(|name| root.get(name).is_some()) {
        let own = root.get("type").and_then(|kind| CallType::parse(&kind.as_str()?));
        let to = own.map_or("/v1/track", crate::wire::call_request::path_of);
        return Explanation::new(
            format!("the body is a single call; {expects}"),
            format!("post it to {to}, or send `{{\"batch\": [{{...}}]}}`"),
        );
    }
    if let Some(list) = root.children().find(lists) {
        let name = quoted(&list.key());
        return Explanation::new(
            format!("the body has no `batch` but `{name}`; {expects}"),
            format!("rename `{name}` to `batch`"),
        );
    }
    let around = |value: &Val<'_>| value.is_object() && value.get("batch").is_some();
    if let Some(inner) = root.children().find(around) {
        let name = quoted(&inner.key());
        return Explanation::new(
            format!("the batch is in `{name}`; {expects}"),
            format!("send what is in `{name}` as the body"),
        );
    }
    if let Some(text) = root.children().find(|value| holds_json(*value)) {
        let name = quoted(&text.key());
        return Explanation::new(
            format!("`{name}` is a string that holds JSON, and `batch` is missing; {expects}"),
            format!("send the JSON of `{name}` as the body"),
        );
    }
    if root.size() == 1 {
        return Explanation::new(
            format!("the body is an empty object; {expects}"),
            "send the calls as the items of `batch`",
        );
    }
    let names: Vec<String> =
        root.children().take(3).map(|child| format!("`{}`", quoted(&child.key()))).collect();
    Explanation::new(
        format!("the body has no `batch` (it has {}); {expects}", names.join(", ")),
        "send the calls as the items of `batch`",
    )
}

/// Explains an array with items that are not calls.
fn items(batch: Val<'_>, name: &str) -> Explanation {
    let all = batch.children().count();
    let mut bad = batch.children().enumerate().filter(|(_, item)| !is_call(*item));
    let Some((place, first)) = bad.next() else {
        return Explanation::new(
            format!("{name} is empty; there is no call in it"),
            "send a batch only when there is a call to send",
        );
    };
    let more = bad.count();
    let twice = if holds_json(first) { " that holds JSON (encoded twice)" } else { "" };
    let kind = if first.is_object() { "a batch" } else { kind(first) };
    let reason = match (all, more) {
        (1, _) => format!("the only item of {name} is {kind}{twice}; a call is an object"),
        (_, 0) => {
            format!("item {} of {all} in {name} is {kind}{twice}; a call is an object", place + 1)
        }
        _ => format!(
            "{} of {all} items in {name} are not calls: item {} is {kind}{twice}",
            more + 1,
            place + 1
        ),
    };
    let fix = match (twice.is_empty(), first.is_array()) {
        (false, _) => "put each call into the array as an object, without encoding it first",
        (_, true) => "put the calls themselves into the array, not arrays of them",
        _ if first.is_object() => "put the calls themselves into the array, not batches of them",
        _ => "leave the item out, or send a call as an object",
    };
    Explanation::new(reason, fix)
}

fn single(root: Val<'_>, path: &str) -> Explanation {
    let expects = format!("{path} expects one call as an object");
    if root.is_array() {
        return Explanation::new(
            format!("the body is an array; {expects}"),
            "post each call by itself, or send `{\"batch\": [...]}` with a `type` in each call to /v1/batch",
        );
    }
    if root.is_object() {
        return Explanation::new(
            format!("the body is a batch; {expects}"),
            "post the batch to /v1/batch, with a `type` in each call",
        );
    }
    not_an_object(root, &expects)
}

/// Returns whether an object is Segment's request to a webhook to delete the data of a user.
pub fn is_deletion(root: Val<'_>) -> bool {
    let kind = root.get("type").and_then(|kind| kind.as_str());
    let is_call = ["event", "properties", "traits"].iter().any(|name| root.get(name).is_some());
    kind.is_some_and(|kind| kind == "delete") && root.get("userId").is_some() && !is_call
}

fn webhook(root: Val<'_>) -> Explanation {
    if is_deletion(root) {
        return Explanation::new(
            "Segment's request to delete the data of a user; it is not a call",
            "",
        );
    }
    if root.is_array() {
        return items(root, "the array");
    }
    not_an_object(root, "a webhook destination sends a call, or an array of them")
}

/// Explains a body that is a string, a number, `true`, `false` or `null`.
fn not_an_object(root: Val<'_>, expects: &str) -> Explanation {
    if holds_json(root) {
        return Explanation::new(
            format!("the body is a string that holds JSON (encoded twice); {expects}"),
            "encode the body once: drop the second `JSON.stringify` or `json.dumps`",
        );
    }
    Explanation::new(
        format!("the body is {}; {expects}", kind(root)),
        "send a JSON object as the body",
    )
}

/// Returns the kind of a value, with its article.
fn kind(value: Val<'_>) -> &'static str {
    match value.raw().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't') => "`true`",
        Some(b'f') => "`false`",
        Some(b'n') => "`null`",
        _ => "a number",
    }
}

/// Returns whether a value is a string that contains a JSON object or array.
fn holds_json(value: Val<'_>) -> bool {
    value.as_str().is_some_and(|text| {
        text.trim_start().starts_with(['{', '[']) && Doc::parse(text.as_ref()).is_ok()
    })
}

/// Returns a sender's text, shortened and safe to print.
pub(crate) fn quoted(text: &str) -> String {
    visible(text).chars().take(MAX_QUOTED_CHARS).collect()
}
