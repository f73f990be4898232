//! The text of finding codes, read from tables.

use crate::findings::{Effect, Id, Severity};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a table says about one code.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeText {
    /// How bad it is.
    pub severity: Severity,
    /// What it does to the call; a warning degrades and an info does nothing unless it is said.
    pub effect: Option<Effect>,
    /// The sentence about the call, with `{placeholders}`.
    pub message: String,
    /// What it says of a sender all of whose calls have it, in a few words; for what libraries
    /// leave out, so that it can be said once.
    pub summary: Option<String>,
    /// Why it matters, naming the document.
    pub why: String,
    /// What to change; empty where it follows from the near misses of a missing id.
    pub fix: String,
    /// The change of the call that takes the finding away, where the call has what it needs.
    #[serde(default)]
    pub change: Option<ValueChange>,
    /// The list of the settings that takes the finding away, if what the call has belongs into it.
    #[serde(default)]
    pub listed_in: Option<ListedIn>,
    /// What to change where a name that is read is near this one: `{near}`.
    pub fix_near: Option<String>,
    /// Where a missing id is best sent, if not where it is expected first: a JSON pointer.
    pub fix_at: Option<String>,
    /// What to change where the value is an object or a list.
    pub fix_nested: Option<String>,
    /// Where the rule was read: `document`, `public: …` or `ours`.
    pub source: String,
    /// It tells of something that does not happen if the call is lost, and is left out then.
    #[serde(default)]
    pub only_if_sent: bool,
    /// Every vendor says the same, so that it is shown once a call and not once a vendor.
    #[serde(default)]
    pub once: bool,
    /// It says that calls came in an order that is no good.
    #[serde(default)]
    pub order: bool,
    /// It is about a violation of the plan. Each place in the call is a finding of its own.
    #[serde(default)]
    pub of_plan: bool,
    /// The id that it says is missing. The rule of an id states it for its own codes.
    pub about: Option<Id>,
    /// How loudly it says that an id is missing: strong, but weak for an info.
    pub headline: Option<Loudness>,
    /// Whether a code about a missing id says what stands in its place and what is near it; yes,
    /// unless the table says no.
    pub near_misses: Option<bool>,
}

/// How loudly a code says that an id is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Loudness {
    /// the id counts as missing
    Strong,
    /// the id is absent or doubtful, and the call goes through
    Weak,
}

/// What of a call belongs into a list of its vendor's settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedIn {
    /// The setting.
    pub setting: String,
    /// The part of the call that belongs into the list.
    pub what: ListedPart,
}

/// A part of a call that may be listed in a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListedPart {
    /// the name of the field that the finding is about
    Key,
    /// its value
    Value,
    /// the names of the numbers in it
    Numbers,
}

/// How one value of a call has to change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueChange {
    /// It becomes a text.
    Text,
    /// It becomes a number, if its text is one.
    Number,
    /// It becomes `true` or `false`, if its text or number stands for one.
    Boolean,
    /// It becomes the number or the boolean that its text shows.
    Plain,
    /// It gets the name of the vendor's field that differs only by case and separators.
    Rename,
    /// It gets this name, in the same object.
    Key(String),
    /// It goes to this place, a JSON pointer.
    Place(String),
    /// The value at this place, a JSON pointer, goes to where the finding is.
    From(String),
}

impl CodeText {
    /// The effect, said or by severity. An error without one does nothing to the call at a vendor.
    pub fn effect(&self) -> Effect {
        self.effect.unwrap_or(match self.severity {
            Severity::Warning => Effect::Degrade,
            Severity::Error | Severity::Info => Effect::None,
        })
    }
}

/// Codes by name, in byte order; a name may stand for a family: `X-{T,I}-Y`.
pub type FindingTexts = BTreeMap<String, CodeText>;

/// The codes that a name in a table stands for.
pub fn family(name: &str) -> Vec<String> {
    match name.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?))) {
        Some((head, (letters, tail))) => {
            letters.split(',').map(|letter| format!("{head}{}{tail}", letter.trim())).collect()
        }
        None => vec![name.to_owned()],
    }
}

/// Fills the `{placeholders}` of a template; one that nobody knows is left empty.
pub fn fill(template: &str, mut word: impl FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    fill_into(&mut out, template, |out, name| out.push_str(&word(name).unwrap_or_default()));
    out
}

/// Appends a template with its `{placeholders}` filled by what writes the word of a name.
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

/// The codes that every vendor has (`docs/specs/vendors.md` A.4).
pub fn common() -> FindingTexts {
    toml::from_str(include_str!("../../../assets/findings/common.toml"))
        .expect("the built-in table of common codes is valid")
}

/// True for a code that every vendor gives for the same reason, so that one of them is enough.
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
