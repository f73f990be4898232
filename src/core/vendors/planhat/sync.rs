//! The form of `segscope map` for the objects that Planhat pushes to Segment
//! (`docs/specs/vendors.md` F and H).

use super::super::Vendors;
use crate::call::{Val, time};
use crate::objects_api::{Objects, ObjectsRoute, Panel};
use crate::vendors::map_lines::{Mapper, text};
use serde_json::{Value, json};
use std::borrow::Cow;

/// The value of `vendor` in a line of this form.
pub(crate) const NAME: &str = "planhat-sync";

/// The vendor whose settings are used.
const VENDOR: &str = "planhat";

/// Plays the requests of a line, and returns the response statuses and the panel after them.
pub(crate) fn mapped(input: Val<'_>, mapper: &mut Mapper) -> Result<String, String> {
    let requests = input.get("sync_requests").filter(|list| !list.is_null());
    if requests.is_some_and(|list| !list.is_array()) {
        return Err("`sync_requests` is a list".to_owned());
    }
    let mut objects = Objects::new(mapper.vendors(VENDOR, input.get("settings"))?.sync_gap_ms());
    let (mut statuses, mut ids, mut ats) = (Vec::new(), Vec::new(), Vec::new());
    let mut now = 0;
    for request in requests.into_iter().flat_map(|list| list.children()) {
        let need = |key| text(request, key)?.ok_or(format!("a request has no `{key}`"));
        let (at, method, path) = (need("at")?, need("method")?, need("path")?);
        now = millis("at", &at)?;
        let path = with_ids(&path, &ids);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let Some(step) = ObjectsRoute::parse(&method, path) else {
            statuses.push(404);
            continue;
        };
        let body = body(step, request.get("body"));
        let foreseen = objects.status(now, step, Some(&body));
        let reply = objects.take(now, step, Some(&body));
        debug_assert_eq!(foreseen, reply.status, "what is recorded is what is answered");
        ats.push(at);
        statuses.push(reply.status);
        if step == ObjectsRoute::Start {
            let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
            ids.push(answer["sync_id"].as_str().unwrap_or_default().to_owned());
        }
    }
    if let Some(at) = text(input, "now")? {
        now = millis("now", &at)?;
    }
    let panel = objects.panel(now).map(|panel| shown(&panel, &ats));
    Ok(json!({ "response_status": statuses, "panel": panel }).to_string())
}

/// Returns the panel as JSON, with the time of the last sync as the request has it.
fn shown(panel: &Panel, ats: &[String]) -> Value {
    let at = panel.ended_by.and_then(|number| ats.get(usize::try_from(number).ok()? - 1));
    json!({
        "status": panel.status.name(),
        "last_sync": at,
        "duration_ms": panel.duration_ms,
        "models": panel.models,
    })
}

impl Vendors {
    /// Returns the length, in milliseconds, of the pause that ends a run of objects that a vendor
    /// pushes to Segment: the largest setting `sync_gap_s` of all vendors.
    pub fn sync_gap_ms(&self) -> time::Millis {
        let gaps = (0..self.len()).filter_map(|at| self.settings(at).number("sync_gap_s"));
        (gaps.reduce(f64::max).unwrap_or_default() * 1000.0) as time::Millis
    }
}

fn millis(name: &str, at: &str) -> Result<time::Millis, String> {
    time::parse(at).ok_or_else(|| format!("`{name}` is not a time like 2024-05-01T11:00:00Z: {at}"))
}

/// Returns a body as it is sent: the JSON text of a value, or the text itself for an upload.
fn body<'d>(step: ObjectsRoute<'_>, body: Option<Val<'d>>) -> Cow<'d, str> {
    let Some(value) = body.filter(|value| !value.is_null()) else { return Cow::Borrowed("") };
    match value.as_str() {
        Some(text) if matches!(step, ObjectsRoute::Upload(_)) => text,
        _ => Cow::Borrowed(value.raw()),
    }
}

/// Replaces `$1`, `$2` and so on in a path with the ids that earlier responses assigned.
fn with_ids(path: &str, ids: &[String]) -> String {
    let mut parts = path.split('$');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let number: Option<usize> = part[..digits].parse().ok();
        match number.and_then(|number| ids.get(number.checked_sub(1)?)) {
            Some(id) => whole.extend([id, &part[digits..]]),
            None => whole.extend(["$", part]),
        }
    }
    whole
}
