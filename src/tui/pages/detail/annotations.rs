//! The annotations of single places of a call, made from its findings: a sign beside a value that
//! is present, and a separate line for an id that should be present and is not.

use crate::call::{Doc, Val, pointer};
use crate::findings::fixes::{Edit, ValueSource};
use crate::findings::{Effect, Finding, Headline, Severity};
use crate::tui::pages::detail::provenance::sources;
use crate::tui::widgets::text;
use std::collections::HashMap;

/// One of the two documents of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DocumentSide {
    /// the call as the sender sent it
    Call,
    /// the fields that the service added
    Derived,
}

/// A sign beside a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Annotation {
    /// The value is close to where a vendor expects an id: what to do with the value.
    Near(String),
    /// The code of a finding.
    Code(Severity, String),
}

impl Annotation {
    /// Returns the number of columns that the annotation takes, its sign included.
    pub fn width(&self) -> usize {
        let (Annotation::Near(words) | Annotation::Code(_, words)) = self;
        2 + text::width(words)
    }
}

/// A line for a field that should be present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingField {
    /// The object of the call that should contain the field.
    pub parent: u32,
    /// The name of the field, with dots if more than one level is absent.
    pub name: String,
    /// True if the field is an account or user id that a vendor misses.
    pub strong: bool,
    /// True if a vendor drops or rejects the call without the field.
    pub lost: bool,
    /// The short names of the vendors that need the field.
    pub wanted_by: Vec<String>,
}

/// The order of the annotations beside a value while there is room: first what is wrong with the
/// value, then what to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Code(Severity),
    Near,
}

/// All annotations of one call.
#[derive(Debug, Default)]
pub struct Annotations {
    /// The annotations beside values, the most important first.
    beside: HashMap<(DocumentSide, u32), Vec<(Rank, Annotation)>>,
    missing_fields: Vec<MissingField>,
}

impl Annotations {
    /// Adds the annotation for a finding of a vendor.
    pub fn add(
        &mut self,
        finding: &Finding,
        short: &str,
        call: &Doc<'_>,
        derived: Option<&Doc<'_>>,
    ) {
        let headline = finding.headline;
        match place(&finding.path, call, derived) {
            Some(place) if finding.severity != Severity::Info && !finding.path.is_empty() => {
                let note = Annotation::Code(finding.severity, finding.code.to_string());
                self.put(place, Rank::Code(finding.severity), note);
            }
            None if headline.is_some() => {
                let lost = matches!(finding.effect, Effect::Drop | Effect::Reject);
                let strong = matches!(headline, Some(Headline::Strong(_)));
                self.missing_field(&finding.path, (strong, lost), short, call.root());
            }
            _ => {}
        }
    }

    /// Adds annotations for the edits of the corrected call, for all vendors. `short` returns the
    /// short name of a vendor.
    pub fn add_edits<'s>(
        &mut self,
        edits: &[Edit],
        short: impl Fn(usize) -> &'s str,
        call: &Doc<'_>,
        derived: Option<&Doc<'_>>,
    ) {
        let mut words_by_source: Vec<(&str, Vec<String>)> = Vec::new();
        let mut edits: Vec<&Edit> = edits.iter().collect();
        // edits of the value itself come before copies of it
        edits.sort_by_key(|edit| match &edit.source {
            ValueSource::Rename(_) => 0,
            ValueSource::Copy(from) if beside(&edit.to, from) != dotted(&edit.to) => 1,
            _ => 2,
        });
        for edit in edits {
            let vendors: Vec<&str> = edit.vendors.iter().map(|at| short(*at)).collect();
            let (from, words) = match &edit.source {
                ValueSource::Rename(from) => {
                    (from, format!("rename to {}", beside(&edit.to, from)))
                }
                ValueSource::Copy(from) => {
                    let to = beside(&edit.to, from);
                    (from, format!("copy to {to} for {}", vendors.join(", ")))
                }
                ValueSource::As(shape) => (&edit.to, format!("send as {}", shape.words())),
                ValueSource::Add(_) => continue,
            };
            match words_by_source.iter_mut().find(|(known, _)| known == from) {
                Some((_, all)) => match (words.strip_prefix("copy "), all.last_mut()) {
                    (Some(more), Some(last)) if last.starts_with("copy ") => {
                        last.push_str(&format!(", {more}"));
                    }
                    _ => all.push(words),
                },
                None => words_by_source.push((from, vec![words])),
            }
        }
        for (from, words) in words_by_source {
            if let Some(place) = place(from, call, derived) {
                self.put(place, Rank::Near, Annotation::Near(words.join("; ")));
            }
        }
    }

    fn put(&mut self, place: (DocumentSide, u32), rank: Rank, note: Annotation) {
        let notes = self.beside.entry(place).or_default();
        match notes.iter_mut().find(|(_, known)| *known == note) {
            Some((known, _)) => *known = rank.min(*known),
            None => notes.push((rank, note)),
        }
        notes.sort_by_key(|(rank, _)| *rank);
    }

    fn missing_field(
        &mut self,
        path: &str,
        (strong, lost): (bool, bool),
        short: &str,
        root: Val<'_>,
    ) {
        let mut parent = root;
        let mut tokens = pointer::tokens(path).peekable();
        while let Some(inside) = tokens.peek().and_then(|token| parent.get(token)) {
            if !inside.is_object() {
                break;
            }
            parent = inside;
            tokens.next();
        }
        let name = tokens.collect::<Vec<_>>().join(".");
        let parent = parent.node();
        match self.missing_fields.iter_mut().find(|g| g.parent == parent && g.name == name) {
            Some(missing_field) => {
                missing_field.strong |= strong;
                missing_field.lost |= lost;
                if !missing_field.wanted_by.iter().any(|known| known == short) {
                    missing_field.wanted_by.push(short.to_owned());
                }
            }
            None => {
                let wanted_by = vec![short.to_owned()];
                self.missing_fields.push(MissingField { parent, name, strong, lost, wanted_by });
            }
        }
    }

    /// Returns the annotations beside a value, the most important first.
    pub fn beside(&self, part: DocumentSide, node: u32) -> impl Iterator<Item = &Annotation> {
        self.beside.get(&(part, node)).into_iter().flatten().map(|(_, note)| note)
    }

    /// Returns the lines for fields that are absent.
    pub fn missing_fields(&self) -> &[MissingField] {
        &self.missing_fields
    }

    /// Returns true if a value contains an annotation, so that it should not be folded at first.
    pub fn contains_annotation(&self, part: DocumentSide, value: Val<'_>) -> bool {
        let range = value.node()..value.node() + value.size() as u32;
        self.beside.keys().any(|(at, node)| *at == part && range.contains(node))
            || (part == DocumentSide::Call
                && self.missing_fields.iter().any(|g| range.contains(&g.parent)))
    }
}

/// Returns the document and the node of the value at a path.
fn place(path: &str, call: &Doc<'_>, derived: Option<&Doc<'_>>) -> Option<(DocumentSide, u32)> {
    let source = sources(path, call, derived).into_iter().next();
    source.map(|(part, value)| (part, value.node()))
}

/// Returns a path as written beside another one: the name alone if both are in the same object.
fn beside(path: &str, other: &str) -> String {
    let object = |path: &str| path.rsplit_once('/').map_or(0, |(object, _)| object.len());
    match path[..object(path)] == other[..object(other)] {
        true => pointer::last(path).into_owned(),
        false => dotted(path),
    }
}

/// Returns a JSON pointer in dot notation.
pub fn dotted(path: &str) -> String {
    pointer::tokens(path).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Id;
    use crate::findings::fixes::ValueShape;

    const CALL: &str =
        r#"{"event":"E","properties":{"account_id":42,"accountId":"a1","userId":"u","x":{}}}"#;

    fn finding(code: &'static str, severity: Severity, path: &str) -> Finding {
        Finding {
            code: code.into(),
            severity,
            effect: Effect::Drop,
            vendor: None,
            path: path.to_owned(),
            message: String::new(),
            why: String::new(),
            reason: None,
            hints: None,
            inferred: None,
            history: None,
            advice: None,
            source: "document".into(),
            fix: String::new(),
            headline: (path == "/anonymousId" || path == "/groupId")
                .then_some(Headline::Weak(Id::User)),
            mistyped: None,
            needs_setting: false,
        }
    }

    fn words(findings: &[Finding], edits: &[Edit], path: &str) -> Vec<String> {
        let doc = Doc::parse(CALL).expect("JSON");
        let mut notes = Annotations::default();
        for finding in findings {
            notes.add(finding, "X", &doc, None);
        }
        notes.add_edits(edits, |at| ["CSB", "FS", "PH"][at], &doc, None);
        let node = doc.root().pointer(path).expect("a value").node();
        let words = |note: &Annotation| match note {
            Annotation::Near(words) | Annotation::Code(_, words) => words.clone(),
        };
        notes.beside(DocumentSide::Call, node).map(words).collect()
    }

    fn edit(to: &str, source: ValueSource, vendors: &[usize]) -> Edit {
        let to = to.to_owned();
        let (answers, vendors) = (vec![to.clone()], vendors.to_vec());
        Edit { to, source, answers, vendors, is_id: true }
    }

    #[test]
    fn combines_the_edits_of_all_vendors_beside_a_value() {
        let from = || "/properties/accountId".to_owned();
        let edits = [
            edit("/properties/company_id", ValueSource::Copy(from()), &[2]),
            edit("/context/groupId", ValueSource::Copy(from()), &[1]),
            edit("/properties/account_id", ValueSource::Rename(from()), &[0]),
        ];
        assert_eq!(
            words(&[], &edits, "/properties/accountId"),
            ["rename to account_id; copy to company_id for PH, to context.groupId for FS"]
        );
        let both = [edit(
            "/properties/user_id",
            ValueSource::Copy("/properties/userId".to_owned()),
            &[0, 2],
        )];
        assert_eq!(words(&[], &both, "/properties/userId"), ["copy to user_id for CSB, PH"]);
        assert!(
            words(&[], &[edit("/userId", ValueSource::Add("U".to_owned()), &[0])], "/event")
                .is_empty()
        );
    }

    #[test]
    fn shows_a_code_before_the_edits() {
        let found = [
            finding("CSB-T-ACCOUNT-TYPE", Severity::Warning, "/properties/account_id"),
            finding("CSB-T-PROPS-IGNORED", Severity::Info, "/properties/account_id"),
        ];
        let text = [edit("/properties/account_id", ValueSource::As(ValueShape::Text), &[0])];
        assert_eq!(
            words(&found, &text, "/properties/account_id"),
            ["CSB-T-ACCOUNT-TYPE", "send as a string"]
        );
    }

    #[test]
    fn distinguishes_missing_fields_that_lose_the_call() {
        let doc = Doc::parse(CALL).expect("JSON");
        let mut notes = Annotations::default();
        let session = finding("FS-T-SESSION-MISSING", Severity::Error, "/anonymousId");
        let mut absent = finding("PH-T-COMPANY-ABSENT", Severity::Warning, "/groupId");
        absent.effect = Effect::Degrade;
        for finding in [&session, &absent] {
            notes.add(finding, "X", &doc, None);
        }
        let missing_fields = notes
            .missing_fields()
            .iter()
            .map(|missing_field| (&*missing_field.name, missing_field.strong, missing_field.lost));
        assert_eq!(
            missing_fields.collect::<Vec<_>>(),
            [("anonymousId", false, true), ("groupId", false, false)]
        );
    }
}
