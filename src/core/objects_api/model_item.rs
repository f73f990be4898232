//! A model as a screen lists it: its errors, then its objects, a few at a time.

use crate::objects_api::{Model, ObjectProblem};
use std::ops::Range;

/// So many characters of an object's properties stand in its line.
const SUMMARY_CHARS: usize = 300;
/// So many characters of one value.
const VALUE_CHARS: usize = 60;

/// One line of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelItem {
    /// Something that was not stored.
    Problem(ObjectProblem),
    /// An object.
    Object {
        /// Its id.
        id: String,
        /// Its first properties, in a line.
        summary: String,
    },
}

impl Model {
    /// How many lines there are.
    pub fn items(&self) -> usize {
        self.problems().len() + self.objects().len()
    }

    /// Copies of these lines; fewer when the range runs over the end.
    pub fn window(&self, range: Range<usize>) -> Vec<ModelItem> {
        let errors = self.problems().len();
        let problems = self.problems().iter().cloned().map(ModelItem::Problem);
        let problems = problems.skip(range.start).take(range.len());
        let objects = self.objects().map(|(id, properties)| {
            let parts = properties.iter().map(|(key, json)| format!("{key} {}", cut(json)));
            ModelItem::Object { id: id.to_owned(), summary: joined(parts) }
        });
        let from = range.start.saturating_sub(errors);
        let objects = objects.skip(from).take(range.end.saturating_sub(errors.max(range.start)));
        problems.chain(objects).collect()
    }

    /// The merged properties of the object in that line, each with its JSON text.
    pub fn properties(&self, item: usize) -> Option<Vec<(String, String)>> {
        let (_, properties) = self.objects().nth(item.checked_sub(self.problems().len())?)?;
        Some(properties.iter().map(|(key, json)| (key.clone(), json.clone())).collect())
    }
}

fn cut(json: &str) -> String {
    match json.char_indices().nth(VALUE_CHARS) {
        Some((end, _)) => format!("{}...", &json[..end]),
        None => json.to_owned(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let mut line = String::new();
    for part in parts {
        if line.len() > SUMMARY_CHARS {
            break;
        }
        line.push_str(if line.is_empty() { "" } else { ", " });
        line.push_str(&part);
    }
    line
}
