//! A corrected call in a language.

use super::edits::{Edit, Source};
use super::language::{Arg, Choice, Form, Language};
use super::literal::put;
use super::private::clean;
use super::tree::Lit;
use super::{Call, Snippet};
use crate::call::{CallType, Event, pointer};
use crate::findings::id_doubt::stand_in;

/// Fields that are one text at the top level of a call.
const TEXTS: [&str; 7] =
    ["userId", "anonymousId", "groupId", "previousId", "event", "name", "category"];

/// The call with the edits done, in the language of the library that sent it; a curl line where
/// that has no such call.
pub(super) fn snippet(call: &Call<'_>, edits: &[Edit]) -> Snippet {
    let choice = Choice::of(call.library, call.rudder);
    written(call, edits, &choice)
        .or_else(|| written(call, edits, &Choice::curl()))
        .expect("curl sends every type of call")
}

fn written(call: &Call<'_>, edits: &[Edit], choice: &Choice) -> Option<Snippet> {
    let language = choice.language;
    let (own, form) = language.form(call.kind)?;
    let edits: Vec<Edit> = edits.iter().map(|edit| sendable(edit, call.kind, language)).collect();
    let tree = corrected(call, &edits, language);
    let writer = Writer { language, choice, kind: call.kind, tree };
    let said = |path: &str| edits.iter().any(|edit| edit.to == path);
    let mut code = String::new();
    let by_itself = matches!(call.kind, CallType::Identify | CallType::Alias);
    if let Some(identify) = language.identify.as_ref().filter(|_| said("/userId") && !by_itself) {
        code.push_str(&writer.filled(identify));
        code.push('\n');
    }
    // a form that borrows another's words has only what differs
    let pick = |own: &str, other: &str| if own.is_empty() { other } else { own }.to_owned();
    let (open, close) = (pick(&own.open, &form.open), pick(&own.close, &form.close));
    code.push_str(&writer.call(&open, &close, form));
    Some(Snippet { language: choice.title, code })
}

/// SDKs take a group id only with group calls; for others its place is in the context.
fn sendable(edit: &Edit, kind: CallType, language: &Language) -> Edit {
    if edit.to == "/groupId" && kind != CallType::Group && !language.anything {
        return Edit { to: "/context/groupId".to_owned(), source: edit.source.clone() };
    }
    edit.clone()
}

/// The call as it should have been.
fn corrected(call: &Call<'_>, edits: &[Edit], language: &Language) -> Lit {
    let mut tree = whole(&call.event);
    clean(&mut tree, call.kind, edits, language.client_side);
    let before = tree.clone();
    for edit in edits {
        let value = match &edit.source {
            Source::Copy(from) | Source::Rename(from) => before.at(from),
            Source::Text => before.at(&edit.to),
            Source::Add(text) => Some(&Lit::Text(text.clone())),
        };
        if let Some(id) = value.and_then(Lit::id) {
            tree.put(&edit.to, Lit::Text(id.to_owned()));
        }
    }
    for edit in edits {
        if let Source::Rename(from) = &edit.source {
            tree.remove(from);
        }
    }
    // RudderStack's libraries take the traits of an identify call as such and send them in the
    // context, where their destinations look
    if call.kind == CallType::Identify
        && call.rudder
        && !language.anything
        && let Some(Lit::Map(members)) = tree.at("/context/traits").cloned()
    {
        for (name, value) in members {
            tree.put(&pointer::push("/traits", &name), value);
        }
        tree.remove("/context/traits");
        if tree.get("context").is_some_and(Lit::is_empty_map) {
            tree.remove("/context");
        }
    }
    // the service drops a call of nobody
    let known = |name| tree.get(name).and_then(Lit::id).is_some();
    if !language.client_side && !known("userId") && !known("anonymousId") {
        tree.set("userId", Lit::Text(stand_in::USER.to_owned()));
    }
    tree
}

fn whole(event: &Event<'_>) -> Lit {
    let mut tree = Lit::Map(Vec::new());
    for member in event.members() {
        tree.set(&member.key(), Lit::of(member));
    }
    tree
}

struct Writer<'a> {
    language: &'a Language,
    choice: &'a Choice,
    kind: CallType,
    tree: Lit,
}

impl Writer<'_> {
    /// A field of the call, as the SDKs take it.
    fn field(&self, name: &str) -> Option<Lit> {
        match name {
            "call" => Some(self.tree.clone()),
            "options" => {
                let mut options = Lit::Map(Vec::new());
                for name in ["context", "integrations"] {
                    if let Some(value) = self.field(name) {
                        options.set(name, value);
                    }
                }
                (!options.is_empty_map()).then_some(options)
            }
            _ if TEXTS.contains(&name) => {
                self.tree.get(name)?.id().map(|text| Lit::Text(text.to_owned()))
            }
            _ => self.tree.get(name).filter(|value| matches!(value, Lit::Map(_))).cloned(),
        }
    }

    /// A text field as a literal, or a name that stands for it.
    fn text(&self, name: &str) -> String {
        let stand_in = match name {
            "event" => "EVENT NAME",
            "userId" => stand_in::USER,
            "groupId" => stand_in::GROUP,
            "previousId" => stand_in::PREVIOUS,
            _ => "NAME",
        };
        let value = self.field(name).unwrap_or_else(|| Lit::Text(stand_in.to_owned()));
        self.language.literal(&value, 0)
    }

    fn filled(&self, template: &str) -> String {
        let texts: Vec<(String, String)> =
            TEXTS.iter().map(|name| (format!("{{{name}}}"), self.text(name))).collect();
        let mut words: Vec<(&str, &str)> =
            texts.iter().map(|(token, text)| (token.as_str(), text.as_str())).collect();
        words.push(("{client}", self.choice.client));
        words.push(("{type}", self.kind.name()));
        put(template, &words)
    }

    fn call(&self, open: &str, close: &str, form: &Form) -> String {
        let depth = usize::from(!form.inline);
        let mut args: Vec<(String, bool)> = Vec::new();
        let mut skipped: Vec<&str> = Vec::new();
        for arg in &form.args {
            match self.arg(arg, depth) {
                Some(text) => {
                    args.extend(skipped.drain(..).map(|default| (default.to_owned(), false)));
                    args.push((text, arg.last));
                }
                None => skipped.extend(arg.default.as_deref()),
            }
        }
        let separator = form.separator.as_deref().unwrap_or(",");
        let mut out = self.filled(open);
        let count = args.len();
        let inner =
            if form.inline { " ".to_owned() } else { format!("\n{}", self.language.indent) };
        for (at, (text, last)) in args.into_iter().enumerate() {
            if !form.inline || at > 0 {
                out.push_str(&inner);
            }
            match form.shell {
                true => out.push_str(&text.replace('\'', r"'\''")),
                false => out.push_str(&text),
            }
            if at + 1 < count || (form.trailing && !last) {
                out.push_str(separator);
            }
        }
        if !form.inline && count > 0 && !(close.starts_with(')') && separator.is_empty()) {
            out.push('\n');
        }
        out.push_str(close);
        for arg in &form.after {
            out.push_str(&self.arg(arg, 0).unwrap_or_default());
        }
        out
    }

    fn arg(&self, arg: &Arg, depth: usize) -> Option<String> {
        if let Some(words) = &arg.say {
            return Some(words.clone());
        }
        let value = if !arg.parts.is_empty() {
            let parts: String = arg.parts.iter().filter_map(|part| self.arg(part, depth)).collect();
            (!parts.is_empty()).then_some(parts)?
        } else {
            let name = arg.of.as_deref()?;
            match (name, &arg.each) {
                ("user", _) => self.user()?,
                (_, Some(each)) => self.each(each, self.field(name)?)?,
                _ => match self.field(name) {
                    Some(value) => self.language.opened(&value, depth, arg.open.as_deref()),
                    None if arg.required => self.text(name),
                    None => return None,
                },
            }
        };
        Some(match &arg.form {
            Some(form) => put(form, &[("{}", &value)]),
            None => value,
        })
    }

    /// Each member of an object by itself.
    fn each(&self, form: &str, value: Lit) -> Option<String> {
        let Lit::Map(members) = value else { return None };
        let one = |(name, value): &(String, Lit)| {
            let key = self.language.string.quote(name);
            put(form, &[("{key}", &key), ("{value}", &self.language.literal(value, 1))])
        };
        let all: String = members.iter().map(one).collect();
        (!all.is_empty()).then_some(all)
    }

    /// Both ids, where they are one argument.
    fn user(&self) -> Option<String> {
        let user = self.language.user.as_ref()?;
        let quoted = |name| self.field(name).map(|id| self.language.literal(&id, 0));
        Some(match (quoted("userId"), quoted("anonymousId")) {
            (Some(id), Some(anonymous)) => {
                put(&user.both, &[("{userId}", &id), ("{anonymousId}", &anonymous)])
            }
            (None, Some(anonymous)) => put(&user.anonymous_id, &[("{}", &anonymous)]),
            (id, None) => put(&user.user_id, &[("{}", &id.unwrap_or_else(|| self.text("userId")))]),
        })
    }
}
