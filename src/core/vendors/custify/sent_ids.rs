//! The values of ids after JavaScript, in which RudderStack's transformer is written, has parsed
//! them.

use crate::call::JsonKind;
use crate::vendors::engine::evaluation::FoundId;
use crate::vendors::engine::javascript_numbers;
use std::borrow::Cow;

/// Describes how an id that is not a string is sent.
pub(crate) fn describe_sent(id: &FoundId<'_>) -> String {
    match rounded(id) {
        Some(rounded) => format!("as {rounded} (JavaScript rounds it to another id)"),
        None => match sent_text(id) {
            text if text == id.text => "unchanged".to_owned(),
            text => format!("as the same number, which JavaScript writes as {text}"),
        },
    }
}

/// Returns an id as the text that two ids share if RudderStack sends the same value for them.
pub(crate) fn sent_text<'i>(id: &'i FoundId<'_>) -> Cow<'i, str> {
    match id.value.map(|value| value.kind()) {
        Some(JsonKind::Number) => javascript_numbers::text(&id.text),
        _ => Cow::Borrowed(&*id.text),
    }
}

/// Returns the number that JavaScript makes of an id, if it differs.
pub(crate) fn rounded<'i>(id: &'i FoundId<'_>) -> Option<Cow<'i, str>> {
    let is_number = id.value.is_some_and(|value| value.kind() == JsonKind::Number);
    (is_number && javascript_numbers::changes(&id.text))
        .then(|| javascript_numbers::number(&id.text))
}
