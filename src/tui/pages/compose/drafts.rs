//! The call in the editor, and the earlier drafts that it replaced, so that no edit is lost by
//! mistake.

use crate::call::Doc;
use crate::call::template::Template;
use crate::inspector::CallDetail;
use crate::tui::pages::call_actions;
use crate::tui::pages::compose::editor::Editor;
use crate::vendors::pretty;

/// The maximum number of replaced drafts. The oldest one is dropped first.
const MAX_KEPT_DRAFTS: usize = 16;

/// A call in the editor.
pub struct Draft {
    pub editor: Editor,
    /// The write key to send with.
    pub write_key: Option<String>,
    /// True if the original call was sent by a RudderStack library.
    pub rudder: bool,
    /// The name of the original call.
    pub from: Option<String>,
    /// The text at the start.
    begun: String,
}

impl Draft {
    fn new(text: &str, write_key: Option<String>, rudder: bool) -> Draft {
        let editor = Editor::new(text);
        Draft { begun: editor.text(), editor, write_key, rudder, from: None }
    }

    /// Returns a draft of a received call. The `messageId` is left out, because a call with the
    /// same id would be a repeat.
    pub fn from_call(call: &CallDetail) -> Draft {
        let draft =
            Draft::new(&pretty(&text_without_id(call)), call.write_key.clone(), call.rudder);
        Draft { from: Some(call_actions::name(call)), ..draft }
    }

    /// Returns a draft of a template.
    pub fn from_template(template: &Template) -> Draft {
        Draft::new(&template.text, None, false)
    }

    /// Returns a draft with this text and the write key and origin of this draft.
    pub fn with_text(&self, text: &str) -> Draft {
        let draft = Draft::new(&pretty(text), self.write_key.clone(), self.rudder);
        Draft { from: self.from.clone(), ..draft }
    }

    fn is_touched(&self) -> bool {
        self.editor.text() != self.begun
    }
}

/// Returns the text of a call as it is sent alone, without its `messageId`.
fn text_without_id(call: &CallDetail) -> String {
    let text = call.standalone_text();
    let Ok(doc) = Doc::parse(text.as_str()) else { return text };
    let kept = doc.root().children().filter(|member| member.key() != "messageId");
    let kept: Vec<String> =
        kept.map(|member| format!("\"{}\":{}", member.key_raw(), member.raw())).collect();
    format!("{{{}}}", kept.join(","))
}

/// The current draft, the drafts before it, and the drafts that `undo` went back from.
pub struct Drafts {
    pub now: Draft,
    before: Vec<Draft>,
    after: Vec<Draft>,
}

impl Drafts {
    /// Returns the history of a single draft.
    pub fn new(draft: Draft) -> Drafts {
        Drafts { now: draft, before: Vec::new(), after: Vec::new() }
    }

    /// Makes another draft the current one. Returns true if the previous draft was edited, and
    /// keeps it.
    pub fn begin(&mut self, draft: Draft) -> bool {
        let touched = self.now.is_touched();
        match touched {
            true => self.replace(draft),
            false => self.now = draft,
        }
        touched
    }

    /// Makes another draft the current one and keeps the previous draft.
    pub fn replace(&mut self, draft: Draft) {
        self.after.clear();
        if self.before.len() == MAX_KEPT_DRAFTS {
            self.before.remove(0);
        }
        self.before.push(std::mem::replace(&mut self.now, draft));
    }

    /// Returns true if there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.before.is_empty() || self.now.is_touched()
    }

    /// Undoes the last edit, or else goes back to the previous draft.
    pub fn undo(&mut self) -> bool {
        self.now.editor.undo() || step(&mut self.now, &mut self.before, &mut self.after)
    }

    /// Redoes the last undone edit, or else goes forward to the next draft.
    pub fn redo(&mut self) -> bool {
        self.now.editor.redo() || step(&mut self.now, &mut self.after, &mut self.before)
    }
}

fn step(now: &mut Draft, from: &mut Vec<Draft>, to: &mut Vec<Draft>) -> bool {
    let Some(next) = from.pop() else { return false };
    to.push(std::mem::replace(now, next));
    true
}
