//! What leaves the program: the call record, and lines for people.

mod record;
mod text;

pub use record::call_record;
pub use text::call_line;
