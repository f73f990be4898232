//! Widgets that several pages use: lists, scrolling, text, dialogs.

pub(crate) mod checklist;
pub(crate) mod choice_dialog;
pub(crate) mod line_editor;
pub(crate) mod list_cursor;
pub(crate) mod list_dialog;
pub(crate) mod match_count;
pub(crate) mod match_highlight;
pub(crate) mod movement;
pub(crate) mod page_text;
pub(crate) mod text;
pub(crate) mod text_pane;
