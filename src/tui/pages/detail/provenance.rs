//! The uses of a call's fields: which vendor's output contains a field and under which name, or
//! that none does.

use crate::call::{Doc, Val, pointer};
use crate::inspector::{CallDetail, ValueOrigin};
use crate::tui::app::view_context::count;
use crate::tui::pages::detail::annotations::{DocumentSide, dotted};
use std::collections::HashMap;

/// The fields that decide about a call without being sent, so that "unused" would mislead.
const DECIDING_FIELDS: [&str; 2] = ["type", "integrations"];
/// The maximum number of fields in the list of fields that a vendor does not get.
const MAX_UNSENT_FIELDS: usize = 40;

/// A place in an output that contains a field of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldUse {
    /// The vendor's index in the inspector's list.
    pub vendor: usize,
    /// True if the vendor counts for this call.
    pub in_use: bool,
    /// The output's field, in dot notation.
    pub to: String,
}

/// The uses of all fields of one call.
#[derive(Debug, Default)]
pub struct Provenance {
    at: HashMap<(DocumentSide, u32), Vec<FieldUse>>,
    /// The containers that an output contains whole, as ranges of nodes.
    whole_containers: Vec<(DocumentSide, std::ops::Range<u32>)>,
    /// True if any vendor would receive anything.
    has_outputs: bool,
}

impl Provenance {
    /// Collects the uses from the outputs of the vendors in use, or of all vendors.
    pub fn new(
        call: &CallDetail,
        doc: &Doc<'_>,
        derived: Option<&Doc<'_>>,
        all: bool,
    ) -> Provenance {
        let mut uses = Provenance::default();
        for detail in call.vendors.iter().filter(|detail| all || detail.in_use) {
            for request in &detail.requests {
                uses.has_outputs = true;
                for (to, origin) in request.body.iter().flat_map(|body| body.from()) {
                    let ValueOrigin::Input(path) = origin else { continue };
                    let to = dotted(&to);
                    let new = FieldUse { vendor: detail.vendor, in_use: detail.in_use, to };
                    for (part, value) in sources(path, doc, derived) {
                        uses.add(part, value, new.clone());
                    }
                }
            }
        }
        uses
    }

    fn add(&mut self, part: DocumentSide, value: Val<'_>, new: FieldUse) {
        if value.size() > 1 {
            self.whole_containers.push((part, nodes(value)));
        }
        let known = self.at.entry((part, value.node())).or_default();
        if !known.contains(&new) {
            known.push(new);
        }
    }

    /// Returns the uses of a value. For a value inside a container that an output contains whole,
    /// these include the uses of the container.
    pub fn uses_of_value(&self, part: DocumentSide, node: u32) -> impl Iterator<Item = &FieldUse> {
        let around = self
            .whole_containers
            .iter()
            .filter(move |(p, range)| *p == part && range.contains(&node) && range.start != node);
        // several vendors may send one container
        let mut starts: Vec<u32> = Vec::new();
        for (_, range) in around {
            if !starts.contains(&range.start) {
                starts.push(range.start);
            }
        }
        std::iter::once(node).chain(starts).filter_map(move |at| self.at.get(&(part, at))).flatten()
    }

    /// Returns true if a value of the call is in no output although there are outputs. Returns
    /// false for a field that the service added, because the sender cannot change it.
    pub fn is_unused(&self, part: DocumentSide, value: Val<'_>, root: Val<'_>) -> bool {
        self.has_outputs
            && part == DocumentSide::Call
            && value.children().next().is_none()
            && !decides(value, root)
            && self.uses_of_value(part, value.node()).next().is_none()
    }

    /// Returns the number of fields that are in no output, in words, or none if there is no
    /// output.
    pub fn summary(&self, doc: &Doc<'_>) -> Option<String> {
        let root = doc.root();
        let all = leaves(doc).filter(|value| !decides(*value, root));
        let unused =
            all.filter(|value| self.is_unused(DocumentSide::Call, *value, root)).count() as u64;
        match (self.has_outputs, unused) {
            (false, _) => None,
            (true, 0) => Some("all fields are used".to_owned()),
            (true, some) => Some(format!(
                "{} not sent to a vendor in use",
                count(some, "field is", "fields are")
            )),
        }
    }

    /// Returns the fields that one vendor does not get, in dot notation, and whether there are
    /// more.
    pub fn not_sent(&self, vendor: usize, doc: &Doc<'_>) -> (Vec<String>, bool) {
        let root = doc.root();
        let mut out = Vec::new();
        // walking up from each leaf is slow in a deep call, so the walk goes down with the path
        let mut open = vec![(root, String::new())];
        while let Some((value, path)) = open.pop() {
            if value.node() != root.node() && decides(value, root) {
                continue;
            }
            let theirs = |found: &FieldUse| found.vendor == vendor;
            if value.node() != root.node()
                && self.uses_of_value(DocumentSide::Call, value.node()).any(theirs)
            {
                continue;
            }
            let nothing_below = !self.at.iter().any(|((part, node), found)| {
                *part == DocumentSide::Call
                    && nodes(value).contains(node)
                    && found.iter().any(theirs)
            });
            let leaf = value.children().next().is_none();
            if !path.is_empty() && (leaf || nothing_below) {
                if out.len() == MAX_UNSENT_FIELDS {
                    return (out, true);
                }
                out.push(path);
                continue;
            }
            let children: Vec<Val<'_>> = value.children().collect();
            for (index, child) in children.iter().enumerate().rev() {
                let name = match value.is_array() {
                    true => index.to_string(),
                    false => child.key().into_owned(),
                };
                let dot = if path.is_empty() { "" } else { "." };
                open.push((*child, format!("{path}{dot}{name}")));
            }
        }
        (out, false)
    }
}

/// Returns the values at a pointer: the field that the service adds or replaces, if there is
/// one, and the call's own field unless the service changed its value.
pub(crate) fn sources<'d>(
    path: &str,
    call: &'d Doc<'_>,
    derived: Option<&'d Doc<'_>>,
) -> Vec<(DocumentSide, Val<'d>)> {
    let own = call.root().pointer(path).map(|value| (DocumentSide::Call, value));
    let field = pointer::tokens(path).next();
    let is_derived = |doc: &&Doc<'_>| field.as_ref().is_some_and(|f| doc.root().get(f).is_some());
    let Some(derived) = derived.filter(is_derived) else { return own.into_iter().collect() };
    let Some(added) = derived.root().pointer(path) else { return Vec::new() };
    let unchanged = own.filter(|(_, own)| own.raw() == added.raw());
    unchanged.into_iter().chain([(DocumentSide::Derived, added)]).collect()
}

fn nodes(value: Val<'_>) -> std::ops::Range<u32> {
    value.node()..value.node() + value.size() as u32
}

fn decides(value: Val<'_>, root: Val<'_>) -> bool {
    let here =
        |name: &str| root.get(name).is_some_and(|decider| nodes(decider).contains(&value.node()));
    DECIDING_FIELDS.iter().any(|name| here(name))
}

/// Returns all values that contain no others.
fn leaves<'d>(doc: &'d Doc<'_>) -> impl Iterator<Item = Val<'d>> {
    let root = doc.root();
    nodes(root).map(|node| doc.at(node)).filter(|value| value.children().next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(doc: &Doc<'_>, places: &[(usize, &str, &str)]) -> Provenance {
        let mut uses = Provenance { has_outputs: true, ..Provenance::default() };
        for (vendor, path, to) in places {
            let value = doc.root().pointer(path).expect("a value of the call");
            uses.add(
                DocumentSide::Call,
                value,
                FieldUse { vendor: *vendor, in_use: true, to: (*to).to_owned() },
            );
        }
        uses
    }

    #[test]
    fn lists_a_use_once_when_several_vendors_send_nested_containers() {
        let doc = Doc::parse(r#"{"properties":{"b":{"c":1}}}"#).expect("JSON");
        let places = [(0, "/properties", "p"), (0, "/properties/b", "b"), (1, "/properties", "q")];
        let uses = uses(&doc, &places);
        let value = doc.root().pointer("/properties/b/c").expect("a value");
        let to: Vec<&str> = uses
            .uses_of_value(DocumentSide::Call, value.node())
            .map(|place| place.to.as_str())
            .collect();
        assert_eq!(to, ["p", "q", "b"]);
    }

    #[test]
    fn lists_the_uses_of_a_field_or_reports_it_as_unused() {
        let text =
            r#"{"type":"track","userId":"u","properties":{"a":1,"b":{"c":[2]},"d":{"e":3}}}"#;
        let doc = Doc::parse(text).expect("JSON");
        let uses = uses(
            &doc,
            &[(0, "/userId", "user"), (1, "/userId", "id"), (1, "/properties/b", "info.b")],
        );
        let of = |path: &str| {
            let value = doc.root().pointer(path).expect("a value");
            let to: Vec<&str> = uses
                .uses_of_value(DocumentSide::Call, value.node())
                .map(|place| place.to.as_str())
                .collect();
            (to, uses.is_unused(DocumentSide::Call, value, doc.root()))
        };
        assert_eq!(of("/userId"), (vec!["user", "id"], false));
        assert_eq!(of("/properties/b/c/0"), (vec!["info.b"], false), "taken with the whole");
        assert_eq!(of("/properties/a"), (vec![], true));
        assert_eq!(of("/type"), (vec![], false), "it decides");
        assert_eq!(uses.summary(&doc).as_deref(), Some("2 fields are not sent to a vendor in use"));
        let not_sent = |vendor| uses.not_sent(vendor, &doc).0.join(" ");
        assert_eq!(not_sent(0), "properties");
        assert_eq!(not_sent(1), "properties.a properties.d");
    }

    #[test]
    fn has_no_summary_without_an_output() {
        let doc = Doc::parse(r#"{"userId":"u"}"#).expect("JSON");
        assert_eq!(Provenance::default().summary(&doc), None);
        assert!(!Provenance::default().is_unused(DocumentSide::Call, doc.at(1), doc.root()));
    }

    #[test]
    fn the_source_of_a_replaced_value_is_the_service() {
        let call = Doc::parse(r#"{"timestamp":"a","messageId":"m","context":{"ip":"1"}}"#);
        let call = call.expect("valid");
        let derived =
            Doc::parse(r#"{"timestamp":"b","messageId":"m","receivedAt":"c"}"#).expect("valid");
        let parts = |path: &str| -> Vec<DocumentSide> {
            sources(path, &call, Some(&derived)).into_iter().map(|(part, _)| part).collect()
        };
        assert_eq!(parts("/timestamp"), [DocumentSide::Derived]);
        assert_eq!(
            parts("/messageId"),
            [DocumentSide::Call, DocumentSide::Derived],
            "the same value"
        );
        assert_eq!(parts("/receivedAt"), [DocumentSide::Derived]);
        assert_eq!(parts("/context/ip"), [DocumentSide::Call]);
        assert_eq!(parts("/none"), []);
    }
}
