//! The texts of finding codes, which tables define.

use crate::findings::{Effect, Id, Severity};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The entry of a code in a table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeText {
    /// The severity.
    pub severity: Severity,
    /// The effect on the call. By default, a warning degrades the call, and others have no effect.
    pub effect: Option<Effect>,
    /// The sentence about the call, with `{placeholders}`.
    pub message: String,
    /// A few words about a sender all of whose calls have the code. They are for fields that a
    /// library omits, so that the code can be reported once for the sender.
    pub summary: Option<String>,
    /// The reason why the finding matters, with the name of the document.
    pub why: String,
    /// The fix; empty if it is derived from the near misses of a missing id.
    pub fix: String,
    /// The change of the call that removes the finding, if the call has the necessary values.
    #[serde(default)]
    pub change: Option<ValueChange>,
    /// The list setting that removes the finding, if a part of the call is added to it.
    #[serde(default)]
    pub listed_in: Option<ListedIn>,
    /// The fix if the name is close to a name that is read, which is `{near}`.
    pub fix_near: Option<String>,
    /// The JSON pointer of the best place for a missing id, if it is not the first expected place.
    pub fix_at: Option<String>,
    /// The fix if the value is an object or a list.
    pub fix_nested: Option<String>,
    /// The fix if the value has the name of an id and is not an object or a list.
    pub fix_id: Option<String>,
    /// The fix if the value is true or false.
    pub fix_boolean: Option<String>,
    /// The source of the rule: `document`, `public: …` or `ours`.
    pub source: String,
    /// True if the finding applies only to calls that are sent, and is left out if the call is
    /// lost.
    #[serde(default)]
    pub only_if_sent: bool,
    /// True if every vendor reports the same, so that the finding is shown once for each call and
    /// not once for each vendor.
    #[serde(default)]
    pub once: bool,
    /// True if the finding is about calls in a wrong order.
    #[serde(default)]
    pub order: bool,
    /// True if the finding is about a violation of the plan. Each place in the call then has a
    /// finding of its own.
    #[serde(default)]
    pub of_plan: bool,
    /// The id that the code reports as missing. Codes that the rule of an id names do not need
    /// this.
    pub about: Option<Id>,
    /// The weight of a missing id: by default weak for an info, otherwise strong.
    pub headline: Option<Loudness>,
    /// True if the findings of a code about a missing id have a reason and near misses, which is
    /// the default.
    pub near_misses: Option<bool>,
}

/// The weight of a code that reports an id as missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Loudness {
    /// The id counts as missing.
    Strong,
    /// The id is absent or doubtful, but the call is accepted.
    Weak,
}

/// A part of a call that belongs to a list in its vendor's settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedIn {
    /// The setting.
    pub setting: String,
    /// The part of the call that belongs to the list.
    pub what: ListedPart,
}

/// A part of a call that may be listed in a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListedPart {
    /// The name of the field that the finding is about.
    Key,
    /// The value of the field.
    Value,
    /// The names of the members of the field that are numbers.
    Numbers,
}

/// A change of one value of a call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueChange {
    /// The value becomes a text.
    Text,
    /// The value becomes a number, if its text is numeric.
    Number,
    /// The value becomes `true` or `false`, if its text or number means one of them.
    Boolean,
    /// The value becomes the number or the boolean that its text contains.
    Plain,
    /// The value gets the name of the vendor's field that differs only by case and separators.
    Rename,
    /// The value gets this name in the same object.
    Key(String),
    /// The value is moved to this place, a JSON pointer.
    Place(String),
    /// The value at this place, a JSON pointer, is moved to the path of the finding.
    From(String),
}

impl CodeText {
    /// Returns the effect, or the default for the severity. An error has no effect on the call by
    /// default.
    pub fn effect(&self) -> Effect {
        self.effect.unwrap_or(match self.severity {
            Severity::Warning => Effect::Degrade,
            Severity::Error | Severity::Info => Effect::None,
        })
    }
}

/// The texts of codes by name, in byte order. A name may stand for a family: `X-{T,I}-Y`.
pub type FindingTexts = BTreeMap<String, CodeText>;

/// Returns the codes that a name in a table stands for.
pub fn family(name: &str) -> Vec<String> {
    match name.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?))) {
        Some((head, (letters, tail))) => {
            letters.split(',').map(|letter| format!("{head}{}{tail}", letter.trim())).collect()
        }
        None => vec![name.to_owned()],
    }
}

/// Fills the `{placeholders}` of a template; unknown placeholders become empty.
pub fn fill(template: &str, mut word: impl FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    fill_into(&mut out, template, |out, name| out.push_str(&word(name).unwrap_or_default()));
    out
}

/// Appends a template; `word` writes the text for the name of each `{placeholder}`.
pub fn fill_into(out: &mut String, template: &str, mut word: impl FnMut(&mut String, &str)) {
    let mut rest = template;
    while let Some(open) = memchr::memchr(b'{', rest.as_bytes()) {
        out.push_str(&rest[..open]);
        let tail = &rest[open + 1..];
        let Some(close) = memchr::memchr(b'}', tail.as_bytes()) else {
            out.push('{');
            rest = tail;
            continue;
        };
        word(out, &tail[..close]);
        rest = &tail[close + 1..];
    }
    out.push_str(rest);
}

/// Returns the codes that every vendor has (`docs/specs/vendors.md` A.4).
pub fn common() -> FindingTexts {
    toml::from_str(include_str!("../../../assets/findings/common.toml"))
        .expect("the built-in table of common codes is valid")
}

/// Returns true for a code that every vendor reports for the same reason, so that one finding is
/// enough.
pub fn is_said_once(code: &str) -> bool {
    static ONCE: LazyLock<Vec<String>> = LazyLock::new(|| {
        let all = common().into_iter().filter(|(_, text)| text.once);
        all.map(|(code, _)| code).collect()
    });
    ONCE.iter().any(|once| once == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_templates() {
        assert_eq!(family("CSB-{T,I,G}-X"), ["CSB-T-X", "CSB-I-X", "CSB-G-X"]);
        assert_eq!(family("EVT-X"), ["EVT-X"]);
        let words = |name: &str| (name == "key").then(|| "{value}".to_owned());
        assert_eq!(fill("`{key}` {what} {", words), "`{value}`  {");
    }

    #[test]
    fn the_common_codes() {
        let codes: Vec<String> = common().into_keys().collect();
        assert_eq!(
            codes,
            [
                "EVT-FILTERED",
                "EVT-INTEGRATION-OFF",
                "EVT-TYPE-MISSING",
                "EVT-TYPE-UNKNOWN",
                "ID-BLANKS",
                "ID-PLACEHOLDER",
                "ID-STAND-IN",
                "UNSUPPORTED"
            ]
        );
    }
}
