//! Whether what a file holds are Segment calls at all. Any object can be judged as one, and would come
//! out as a call that lacks everything: of a file in which no row is a call that would be a long way
//! to say that it is another file than the one that was meant.

use super::bare;
use crate::call::{CallType, Doc, Val, text::visible};
use std::io::{self, BufRead};

/// A call has one of these, or the name of a call as its type.
const MEMBERS: [&str; 8] = [
    "userId",
    "anonymousId",
    "event",
    "groupId",
    "previousId",
    "properties",
    "traits",
    "messageId",
];
/// So many names of other members are told.
const TOLD: usize = 4;

/// What is wrong with a file of which no row is a call; none if one is, or if a row cannot be read,
/// which is told where it is met.
pub(super) fn none_is_call(mut lines: impl BufRead) -> io::Result<Option<String>> {
    let (mut line, mut names) = (Vec::new(), None);
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(names.map(message));
        }
        let Ok(text) = std::str::from_utf8(bare::trimmed(&line)) else { return Ok(None) };
        if text.is_empty() {
            continue;
        }
        let Ok(doc) = Doc::parse(text) else { return Ok(None) };
        if is_call(doc.root()) {
            return Ok(None);
        }
        names.get_or_insert_with(|| members(doc.root()));
    }
}

/// Whether a row is a call, or holds one: in an array, a batch or a record of this program.
fn is_call(row: Val<'_>) -> bool {
    if row.is_array() {
        return row.children().any(is_call);
    }
    let inner = |name: &str| row.get(name).filter(|inner| inner.is_array() || inner.is_object());
    let kind = row.get("type").and_then(|kind| kind.as_str());
    kind.is_some_and(|kind| CallType::parse(&kind.to_lowercase()).is_some())
        || MEMBERS.iter().any(|name| row.get(name).is_some())
        || inner("batch").is_some_and(is_call)
        || row.get("seq").and(inner("call")).is_some_and(is_call)
}

fn members(row: Val<'_>) -> Vec<String> {
    let row = if row.is_array() { row.index(0) } else { Some(row) };
    let names = row.into_iter().flat_map(|row| row.children()).map(|member| member.key());
    names.map(|name| visible(&name).into_owned()).take(TOLD + 1).collect()
}

fn message(mut names: Vec<String>) -> String {
    let more = if names.len() > TOLD { ", …" } else { "" };
    names.truncate(TOLD);
    let found = match names.is_empty() {
        true => "the first is empty".to_owned(),
        false => format!("the first has {}{more}", names.join(", ")),
    };
    format!(
        "no row of this file is a Segment call: expected objects such as \
         {{\"type\":\"track\",\"event\":\"Login\",\"userId\":\"u1\"}}, a batch, or a recording; {found}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_among_the_rows_is_enough() {
        let says = |text: &str| none_is_call(text.as_bytes()).expect("readable");
        for good in [
            "",
            "\n\n",
            "{\"n\":1}\n\n{\"type\":\"Page\"}\n",
            "[{\"n\":1},{\"traits\":null}]",
            "{\"batch\":[{},{\"userId\":7}]}",
            "{\"seq\":1,\"call\":{\"event\":\"E\"}}",
            // that it is no JSON is told of its line
            "{\"n\":1}\n{",
            "{\"n\":1}\n\u{feff}{\"anonymousId\":\"a\"}",
        ] {
            assert_eq!(says(good), None, "{good}");
        }
        let wrong = says("{\"n\":1,\"\\u001b\":2,\"type\":\"request\",\"b\":3,\"c\":4}\n{}\n");
        let wrong = wrong.expect("no call");
        assert!(wrong.starts_with("no row of this file is a Segment call: expected "), "{wrong}");
        assert!(wrong.ends_with("; the first has n, \\u{1b}, type, b, …"), "{wrong}");
        for other in ["{}", "{\"batch\":[]}", "[{\"call\":{\"event\":\"E\"}}]", "{\"seq\":1}"] {
            assert!(says(other).is_some(), "{other}");
        }
    }
}
