//! The call: one Segment message as received, parsed without building a tree of owned values.
//!
//! [`Doc`] is a JSON text with a flat table of its values, and [`Val`] is a cursor into it. A
//! [`Builder`] builds a document from values of others. An [`Event`] is a call overlaid with its
//! derived fields, which is what a destination sees.

pub mod credential;
mod doc;
mod doc_builder;
mod edited_text;
mod event;
pub mod fingerprints;
pub(crate) mod json_node;
mod kind;
mod nearest_word;
pub mod own_times;
pub mod pointer;
pub mod redacted;
mod scan;
pub mod set_value;
mod shape;
pub mod template;
pub mod text;
pub mod time;

pub use crate::call::doc_builder::Builder;
pub(crate) use crate::call::edited_text::edited;
pub use crate::call::nearest_word::nearest_name;
pub use doc::{Children, Doc, Spare, Val};
pub use event::{Event, UnknownTimes};
pub use json_node::JsonKind;
pub use kind::CallType;
pub use scan::SyntaxError;
pub use shape::ObjectShape;

/// The number of a call in the recording, from 1, in order of arrival. It identifies a call
/// everywhere; a `messageId` may be missing or repeated and is only shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Seq(pub u64);

impl std::fmt::Display for Seq {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
