//! The lines of a model as the screen lists them: first its errors, then its objects.

use crate::objects_api::{Model, ObjectProblem};
use std::ops::Range;

/// The length in bytes beyond which no further property is added to an object's line.
const MAX_SUMMARY_BYTES: usize = 300;
/// The maximum number of characters shown of one value.
const MAX_VALUE_CHARS: usize = 60;

/// One line of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelItem {
    /// An item that was not stored.
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
    /// Returns the number of lines.
    pub fn items(&self) -> usize {
        self.problems().len() + self.objects().len()
    }

    /// Returns copies of the lines in the range; fewer if the range exceeds the end.
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

    /// Returns the merged properties of the object in that line, each with its JSON text.
    pub fn properties(&self, item: usize) -> Option<Vec<(String, String)>> {
        let (_, properties) = self.objects().nth(item.checked_sub(self.problems().len())?)?;
        Some(properties.iter().map(|(key, json)| (key.clone(), json.clone())).collect())
    }
}

fn cut(json: &str) -> String {
    match json.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}...", &json[..end]),
        None => json.to_owned(),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let mut line = String::new();
    for part in parts {
        if line.len() > MAX_SUMMARY_BYTES {
            break;
        }
        line.push_str(if line.is_empty() { "" } else { ", " });
        line.push_str(&part);
    }
    line
}
