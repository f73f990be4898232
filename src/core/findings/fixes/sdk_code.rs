//! The code of a corrected call in a language.

use crate::call::CallType;
use crate::findings::doubtful_ids::stand_in;
use crate::findings::fixes::corrected_call::{self, CorrectedCall, TEXT_FIELDS};
use crate::findings::fixes::edits::Edit;
use crate::findings::fixes::json_tree::Lit;
use crate::findings::fixes::language::{Arg, CallSyntax, Choice, Language};
use crate::findings::fixes::literal::put;
use crate::findings::fixes::{BrokenCall, Snippet, SnippetAudience};

/// Returns the code of the corrected call in the language of the library that sent it, or a curl
/// line if the library has no such call.
pub(crate) fn snippet(
    call: &BrokenCall<'_>,
    edits: &[Edit],
    group: &[String],
    reader: SnippetAudience,
) -> Snippet {
    let written = |choice: &Choice| written(call, edits, group, choice, reader);
    written(&call.choice())
        .or_else(|| written(&Choice::curl()))
        .expect("curl sends every type of call")
}

fn written(
    call: &BrokenCall<'_>,
    edits: &[Edit],
    group: &[String],
    choice: &Choice,
    reader: SnippetAudience,
) -> Option<Snippet> {
    let language = choice.language;
    let (own, form) = language.form(call.kind)?;
    // a call type that is like another one defines only what differs
    let pick = |own: &str, other: &str| if own.is_empty() { other } else { own }.to_owned();
    let (open, close) = (pick(&own.open, &form.open), pick(&own.close, &form.close));
    let CorrectedCall { tree, notes } =
        corrected_call::sent(call, edits, group, (choice, form), reader);
    let writer = CodeWriter { language, choice, kind: call.kind, tree };
    let said = |path: &str| edits.iter().any(|edit| edit.to == path);
    let mut code = String::new();
    let by_itself = matches!(call.kind, CallType::Identify | CallType::Alias);
    if let Some(identify) = language.identify.as_ref().filter(|_| said("/userId") && !by_itself) {
        code.push_str(&writer.filled(identify));
        code.push('\n');
    }
    code.push_str(&writer.call(&open, &close, form));
    let mut tree = writer.tree;
    tree.set("type", Lit::Text(call.kind.name().to_owned()));
    let (comment, call) = (language.comment.as_str(), tree.to_json());
    Some(Snippet { language: choice.title, code, notes, comment, call })
}

struct CodeWriter<'a> {
    language: &'a Language,
    choice: &'a Choice,
    kind: CallType,
    tree: Lit,
}

impl CodeWriter<'_> {
    /// Returns a field of the call, as the SDKs accept it.
    fn field(&self, name: &str) -> Option<Lit> {
        match name {
            "call" => Some(self.tree.clone()),
            "options" => {
                let mut options = Lit::Map(Vec::new());
                for name in ["context", "integrations", "timestamp"] {
                    if let Some(value) = self.field(name) {
                        options.set(name, value);
                    }
                }
                (!options.is_empty_map()).then_some(options)
            }
            _ if TEXT_FIELDS.contains(&name) => {
                self.tree.get(name)?.id().map(|text| Lit::Text(text.to_owned()))
            }
            _ => self.tree.get(name).filter(|value| matches!(value, Lit::Map(_))).cloned(),
        }
    }

    /// Returns the literal of a text field, or of a name that stands for it.
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
            TEXT_FIELDS.iter().map(|name| (format!("{{{name}}}"), self.text(name))).collect();
        let mut words: Vec<(&str, &str)> =
            texts.iter().map(|(token, text)| (token.as_str(), text.as_str())).collect();
        words.push(("{client}", self.choice.client));
        words.push(("{type}", self.kind.name()));
        put(template, &words)
    }

    fn call(&self, open: &str, close: &str, form: &CallSyntax) -> String {
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
                (_, Some(each)) => {
                    let object = arg.each_object.as_deref().unwrap_or(each);
                    self.each((each, object), self.field(name)?)?
                }
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

    /// Writes each member of an object by itself; `object` is the form of members that are objects.
    fn each(&self, (form, object): (&str, &str), value: Lit) -> Option<String> {
        let Lit::Map(members) = value else { return None };
        let one = |(name, value): &(String, Lit)| {
            let key = self.language.string.quote(name);
            let form = if matches!(value, Lit::Map(_)) { object } else { form };
            put(form, &[("{key}", &key), ("{value}", &self.language.literal(value, 1))])
        };
        let all: String = members.iter().map(one).collect();
        (!all.is_empty()).then_some(all)
    }

    /// Returns both ids as one argument.
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
