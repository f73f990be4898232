//! The call that is written, and those that it took the place of: none is thrown away unasked.

use crate::call::Doc;
use crate::call::template::Template;
use crate::inspector::CallDetail;
use crate::tui::pages::call_actions;
use crate::tui::pages::compose::editor::Editor;
use crate::vendors::pretty;

/// So many are kept that others took the place of.
const MOST_KEPT: usize = 16;

/// A call that is written.
pub struct Draft {
    pub editor: Editor,
    /// The write key to send with.
    pub write_key: Option<String>,
    /// Whether a library of RudderStack's sent the call that it came from.
    pub rudder: bool,
    /// The call that it came from.
    pub from: Option<String>,
    /// What it began with.
    begun: String,
}

impl Draft {
    fn new(text: &str, write_key: Option<String>, rudder: bool) -> Draft {
        let editor = Editor::new(text);
        Draft { begun: editor.text(), editor, write_key, rudder, from: None }
    }

    /// A call that came, to be sent again otherwise: without its own id, since a call with the same
    /// one would be a repeat.
    pub fn of_call(call: &CallDetail) -> Draft {
        let text = members(call, |key| key != "messageId")
            .map_or_else(|| call.call_text.clone(), |text| pretty(&text));
        let draft = Draft::new(&text, call.write_key.clone(), call.rudder);
        Draft { from: Some(call_actions::name(call)), ..draft }
    }

    /// A template.
    pub fn of_template(template: &Template) -> Draft {
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

/// A call's text with its type, which may have been in the path alone.
pub fn with_type(call: &CallDetail) -> String {
    members(call, |_| true).unwrap_or_else(|| call.call_text.clone())
}

/// The members of a call by their names, as an object that names its type.
fn members(call: &CallDetail, keep: impl Fn(&str) -> bool) -> Option<String> {
    let doc = Doc::parse(call.call_text.as_str()).ok()?;
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let kind = (doc.root().get("type").is_none() && !call.row.kind.is_empty())
        .then(|| format!("\"type\":{}", quoted(&call.row.kind)));
    let kept = doc.root().children().filter(|member| keep(&member.key()));
    let kept = kept.map(|member| format!("{}:{}", quoted(&member.key()), member.raw()));
    let all: Vec<String> = kind.into_iter().chain(kept).collect();
    Some(format!("{{{}}}", all.join(",")))
}

/// The draft in hand, those before it, and those that were gone back from.
pub struct Drafts {
    pub now: Draft,
    before: Vec<Draft>,
    after: Vec<Draft>,
}

impl Drafts {
    /// Only this one.
    pub fn new(draft: Draft) -> Drafts {
        Drafts { now: draft, before: Vec::new(), after: Vec::new() }
    }

    /// Takes another one in hand. True if the one before was written in: then it is kept.
    pub fn begin(&mut self, draft: Draft) -> bool {
        let touched = self.now.is_touched();
        match touched {
            true => self.replace(draft),
            false => self.now = draft,
        }
        touched
    }

    /// Takes another one in hand and keeps the one before.
    pub fn replace(&mut self, draft: Draft) {
        self.after.clear();
        if self.before.len() == MOST_KEPT {
            self.before.remove(0);
        }
        self.before.push(std::mem::replace(&mut self.now, draft));
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.before.is_empty() || self.now.is_touched()
    }

    /// Takes back the last edit; before the first one goes back to the draft before.
    pub fn undo(&mut self) -> bool {
        self.now.editor.undo() || step(&mut self.now, &mut self.before, &mut self.after)
    }

    /// The other way round.
    pub fn redo(&mut self) -> bool {
        self.now.editor.redo() || step(&mut self.now, &mut self.after, &mut self.before)
    }
}

fn step(now: &mut Draft, from: &mut Vec<Draft>, to: &mut Vec<Draft>) -> bool {
    let Some(next) = from.pop() else { return false };
    to.push(std::mem::replace(now, next));
    true
}
