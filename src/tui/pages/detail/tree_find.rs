//! Search in the tree, and moving the cursor to a value that may be folded away.

use crate::call::{JsonKind, Val};
use crate::tui::app::view_context::{bytes, count};
use crate::tui::pages::detail::annotations::DocumentSide;
use crate::tui::pages::detail::json_tree::{Tree, TreeRow, at_root, step};
use crate::tui::theme::painter::Appearance;

impl Tree {
    /// Puts the cursor on the next value whose name or text matches, and unfolds its containers.
    /// Returns true if the search wrapped around, or none if no value matches.
    pub fn find(
        &mut self,
        matches: impl Fn(&str) -> bool,
        forward: bool,
        look: &Appearance,
    ) -> Option<bool> {
        let places: Vec<(DocumentSide, u32)> = [DocumentSide::Call, DocumentSide::Derived]
            .into_iter()
            .filter_map(|part| Some((part, self.doc(part)?.root())))
            .flat_map(|(part, root)| (1..root.size() as u32).map(move |node| (part, node)))
            .collect();
        let found = |(part, node): (DocumentSide, u32)| {
            self.value(part, node).is_some_and(|value| matches(&self.line_of(value, look)))
        };
        let first =
            |places: &[(DocumentSide, u32)]| places.iter().copied().find(|place| found(*place));
        let last =
            |places: &[(DocumentSide, u32)]| places.iter().rev().copied().find(|at| found(*at));
        let here = self.place_under_cursor();
        let upto = places.partition_point(|place| here.is_some_and(|here| *place <= here));
        let (before, after) = places.split_at(upto);
        let (ahead, round) = if forward {
            (first(after), first(before))
        } else {
            let earlier = before.len() - usize::from(here.is_some());
            (last(&before[..earlier]), last(&places))
        };
        let wrapped = ahead.is_none();
        let place = ahead.or(round)?;
        self.reveal(place, look);
        self.open_cut(look);
        Some(wrapped)
    }

    /// Returns a value's line as text; for a container, its name alone.
    fn line_of(&self, value: Val<'_>, look: &Appearance) -> String {
        let name = look.clean(value.key_raw());
        match value.kind() {
            JsonKind::Object | JsonKind::Array => name.into_owned(),
            _ => format!("{name}: {}", look.clean(&self.shown(value))),
        }
    }

    /// Puts the cursor on a value, and unfolds the containers around it.
    pub fn reveal(&mut self, (part, node): (DocumentSide, u32), look: &Appearance) {
        let mut unfolded = Vec::new();
        if let Some(doc) = self.doc(part) {
            let (mut value, mut path) = (doc.root(), at_root(part));
            while value.node() != node {
                let holds = |child: &Val<'_>| {
                    (child.node()..child.node() + child.size() as u32).contains(&node)
                };
                let mut children = value.children().enumerate();
                let Some((index, child)) = children.find(|(_, child)| holds(child)) else { break };
                path = step(path, value.is_array().then_some(index as u32), child);
                if child.node() != node {
                    unfolded.push(path);
                }
                value = child;
            }
        }
        self.unfold_all(&unfolded, look);
        let is_it = |row: &TreeRow| matches!(row, TreeRow::Value { part: p, node: n, .. } if (*p, *n) == (part, node));
        self.go_to_row(is_it);
    }

    /// Returns the value at a JSON pointer: of the call, else of the fields that the service
    /// added.
    fn place_of(&self, pointer: &str) -> Option<(DocumentSide, u32)> {
        let at = |part| {
            let value = self.doc(part)?.root().pointer(pointer)?;
            (value.node() != 0).then_some((part, value.node()))
        };
        at(DocumentSide::Call).or_else(|| at(DocumentSide::Derived))
    }

    /// Puts the cursor on the value at a JSON pointer or, if it is folded away, on the container
    /// that hides it.
    pub fn point_at(&mut self, pointer: &str) {
        let Some((part, node)) = self.place_of(pointer) else { return };
        let Some(doc) = self.doc(part) else { return };
        let holds = |row: &TreeRow| match *row {
            TreeRow::Value { part: p, node: at, .. } if p == part => {
                (at..at + doc.at(at).size() as u32).contains(&node)
            }
            _ => false,
        };
        if let Some(deepest) = self.rows.iter().rposition(holds) {
            self.cursor = deepest;
        }
    }

    /// Puts the cursor on the value at a JSON pointer and unfolds the containers around it.
    /// Returns false if there is no such value.
    pub fn reveal_pointer(&mut self, pointer: &str, look: &Appearance) -> bool {
        let place = self.place_of(pointer);
        if let Some(place) = place {
            self.reveal(place, look);
        }
        place.is_some()
    }
}

/// Returns the kind and the size of a value, in words.
pub fn kind_and_size(value: Val<'_>) -> String {
    let inside = || value.children().count() as u64;
    let size = || bytes(value.raw().len() as u64);
    match value.kind() {
        JsonKind::Null => "null".to_owned(),
        JsonKind::True | JsonKind::False => "boolean".to_owned(),
        JsonKind::Number => "number".to_owned(),
        JsonKind::String => {
            let text = value.as_str().unwrap_or_default();
            format!("string, {}", count(text.chars().count() as u64, "character", "characters"))
        }
        JsonKind::Array => format!("array, {}, {}", count(inside(), "entry", "entries"), size()),
        JsonKind::Object => format!("object, {}, {}", count(inside(), "member", "members"), size()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;
    use crate::tui::pages::detail::json_tree::NewTree;
    use crate::tui::theme::Theme;
    use crate::tui::theme::time_format::TimeFormat;
    use jiff::tz::TimeZone;

    #[test]
    fn finds_and_unfolds_folded_values() {
        let look = Appearance {
            theme: Theme::preset("dark").expect("dark"),
            ascii: false,
            times: TimeFormat::new(TimeZone::UTC, 0),
        };
        let call = r#"{"a":1,"context":{"deep":[{"needle":true}]},"z":"a needle"}"#;
        let call = Doc::parse(call).expect("JSON").into_owned();
        let derived = Doc::parse(r#"{"added":"needle"}"#).expect("JSON").into_owned();
        let mut tree = Tree::default();
        tree.set(NewTree { call: Some(call), derived: Some(derived), ..NewTree::default() });
        tree.sync(40, 10, &look);
        let needle = |text: &str| text.contains("needle");
        let mut seen = Vec::new();
        for _ in 0..4 {
            let wrapped = tree.find(needle, true, &look).expect("found");
            seen.push((tree.pointer().expect("a value"), wrapped));
        }
        let paths = ["/context/deep/0/needle", "/z", "/added", "/context/deep/0/needle"];
        let want = paths.iter().zip([false, false, false, true]);
        assert!(
            seen.iter()
                .map(|(path, wrapped)| (path.as_str(), *wrapped))
                .eq(want.map(|(p, w)| (*p, w))),
            "{seen:?}"
        );
        assert_eq!(tree.find(needle, false, &look), Some(true));
        assert_eq!(tree.pointer().as_deref(), Some("/added"));
        assert_eq!(tree.find(|text| text == "deep", false, &look), Some(false), "a name");
        assert_eq!(tree.find(|_| false, true, &look), None);
    }

    #[test]
    fn describes_the_kind_and_size_of_a_value() {
        let doc = Doc::parse(r#"{"s":"h\u00e9llo","n":1.5,"b":true,"o":{"a":null},"l":[1]}"#);
        let doc = doc.expect("JSON");
        let words: Vec<String> = doc.root().children().map(kind_and_size).collect();
        assert_eq!(
            words,
            [
                "string, 5 characters",
                "number",
                "boolean",
                "object, 1 member, 10 B",
                "array, 1 entry, 3 B"
            ]
        );
    }
}
