//! The lines in the files of a plan, which findings name.

use crate::call::{Val, pointer};
use crate::config::LineStarts;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A line of a file of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPlace {
    /// The file, as errors and findings name it; empty if the plan has no file.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for PlanPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file.is_empty() {
            true => write!(f, "{}", self.line),
            false => write!(f, "{}:{}", self.file, self.line),
        }
    }
}

/// The lines of the parts of a JSON Schema, by their JSON pointers.
#[derive(Debug, Clone)]
pub(crate) struct SchemaLines {
    /// The place of the schema itself.
    whole: PlanPlace,
    parts: BTreeMap<String, PlanPlace>,
}

impl SchemaLines {
    /// Creates a map that contains only the place of the schema itself.
    pub fn new(whole: PlanPlace) -> SchemaLines {
        SchemaLines { whole, parts: BTreeMap::new() }
    }

    /// Reads the lines of a schema in JSON. The nesting of the text must be bounded.
    pub fn from_json(schema: Val<'_>, file: &Arc<str>, lines: &LineStarts) -> SchemaLines {
        let place = |value: Val<'_>| PlanPlace {
            file: Arc::clone(file),
            line: lines.line_of(value.span().start),
        };
        let mut places = SchemaLines::new(place(schema));
        let mut open = vec![(schema, String::new())];
        while let Some((value, path)) = open.pop() {
            for (at, child) in value.children().enumerate() {
                let key = if value.is_array() { at.to_string().into() } else { child.key() };
                let path = pointer::push(&path, &key);
                places.parts.insert(path.clone(), place(child));
                open.push((child, path));
            }
        }
        places
    }

    /// Adds the place of a part.
    pub fn insert(&mut self, pointer: String, place: PlanPlace) {
        self.parts.insert(pointer, place);
    }

    /// Returns the place of a part, or of the nearest enclosing part that has one.
    pub fn find(&self, pointer: &str) -> &PlanPlace {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.parts.get(pointer) {
                return place;
            }
            match pointer.rsplit_once('/') {
                Some((around, _)) => pointer = around,
                None => return &self.whole,
            }
        }
    }
}
