//! The type of a call: its own or, for a single call, that of the request's path
//! (`docs/specs/wire.md` 10).

use super::derived_fields::DerivedFrom;
use super::discard::{Discard, at};
use super::fields::Fields;
use crate::call::{CallType, Val, edited, text};

/// Returns the type of a call, if it is one of the six.
pub(crate) fn find(call: &Fields<'_>, origin: DerivedFrom) -> Option<CallType> {
    match origin {
        DerivedFrom::Sent(Some(path)) => Some(path),
        _ => CallType::parse(&call.kind_text()?),
    }
}

/// Returns the type that the service writes to a call: that of the path, unless the call has it.
pub(crate) fn added(call: &Fields<'_>, origin: DerivedFrom) -> Option<CallType> {
    let DerivedFrom::Sent(Some(path)) = origin else { return None };
    (call.kind_text().as_deref() != Some(path.name())).then_some(path)
}

/// Adds a finding if a call names another type than the path that it was sent to.
pub(crate) fn check(call: &Fields<'_>, origin: DerivedFrom, out: &mut Vec<Discard>) {
    let Some((path, own)) = added(call, origin).zip(call.kind_text()) else { return };
    if own.eq_ignore_ascii_case(path.name()) {
        return;
    }
    let mut value = String::new();
    text::write_excerpt(&mut value, &own);
    let said = vec![("value", value), ("type", path.name().to_owned())];
    out.push(Discard { said, ..at("EVT-TYPE-PATH", "/type") });
}

/// Returns the text of a call with this type in place of its own. `kind` is a name without quotes.
pub fn with_type(call: Val<'_>, kind: &str) -> String {
    let (start, kind) = (call.span().start, format!("\"{kind}\""));
    let edit = match call.get("type") {
        Some(own) => (own.span().start - start..own.span().end - start, kind),
        None if call.size() > 1 => (1..1, format!("\"type\":{kind},")),
        None => (1..1, format!("\"type\":{kind}")),
    };
    edited(call.raw(), vec![edit])
}
