//! A plan as the text of a plan file.

use crate::call::text::is_hostile;
use crate::engine::plan::{ID_NAMES, Plan};
use std::fmt::Write;

impl Plan {
    /// The text of a file that reads as this plan, below a comment of so many lines. Names are
    /// captured text: what could harm a terminal is escaped.
    pub fn text(&self, comment: &[String]) -> String {
        let mut out = String::new();
        for line in comment {
            out.push_str("# ");
            out.extend(line.chars().map(|c| if is_hostile(c) { '?' } else { c }));
            out.push('\n');
        }
        for entry in &self.list {
            out.push_str("\n[[event]]\n");
            put(&mut out, format_args!("type = \"{}\"\n", entry.kind.name()));
            if let Some(name) = &entry.name {
                put(&mut out, format_args!("name = {}\n", quoted(name)));
            }
            let ids: Vec<String> = entry.id_names().map(|id| format!("\"{id}\"")).collect();
            // both are expected where nothing is said
            if ids.len() < ID_NAMES.len() {
                put(&mut out, format_args!("ids = [{}]\n", ids.join(", ")));
            }
            if entry.least > 1 {
                put(&mut out, format_args!("count = {}\n", entry.least));
            }
        }
        out
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to a String cannot fail");
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_hostile(c) || c.is_control() => {
                put(&mut out, format_args!("\\U{:08x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CallType;
    use crate::engine::plan::Expectation;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_as_it_was(
            names in prop::collection::btree_set("\\PC{1,12}|[\\x00-\\x9f\"\\\\\u{202e}]{1,4}", 1..6),
            ids in any::<[bool; 2]>(),
            least in 1..u64::from(u32::MAX),
        ) {
            let list: Vec<Expectation> = names
                .into_iter()
                .map(|name| Expectation { kind: CallType::Page, name: Some(name), ids, least })
                .chain([Expectation { kind: CallType::Group, name: None, ids, least }])
                .collect();
            let plan = Plan { list };
            let text = plan.text(&["learned from a\u{1b}[31m.ndjson".to_owned()]);
            prop_assert!(!text.chars().any(|c| is_hostile(c) && c != '\n'), "{text:?}");
            prop_assert_eq!(Plan::read(&text), Ok(plan));
        }
    }
}
