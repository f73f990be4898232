//! The tables of languages and SDKs: the syntax of values, and the form of calls.

use crate::call::CallType;
use crate::call::text::visible_id;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The syntax of a language and the calls of its SDK.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Language {
    /// True if the library adds the ids of user and visitor by itself, so that no call has them.
    pub client_side: bool,
    /// True if a call can have any field at its top level.
    #[serde(default)]
    pub anything: bool,
    /// The beginning of a comment line.
    #[serde(default = "slashes")]
    pub comment: String,
    pub indent: String,
    pub null: String,
    #[serde(default = "yes", rename = "true")]
    pub yes: String,
    #[serde(default = "no", rename = "false")]
    pub no: String,
    pub string: Strings,
    #[serde(default)]
    pub number: NumberSyntax,
    pub map: LiteralSyntax,
    pub list: LiteralSyntax,
    /// A line before the call that identifies the user to the library.
    pub identify: Option<String>,
    /// The form of the user, if both ids are one argument.
    pub user: Option<User>,
    pub call: BTreeMap<String, CallSyntax>,
}

fn yes() -> String {
    "true".to_owned()
}

fn slashes() -> String {
    "//".to_owned()
}

fn no() -> String {
    "false".to_owned()
}

/// The syntax of texts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Strings {
    /// A quote inside which only itself and the backslash are escaped. It is used for texts without
    /// control characters and the like.
    pub plain: Option<char>,
    pub quote: char,
    pub unicode: Unicode,
    /// The characters, besides the quote and the backslash, that need a backslash.
    #[serde(default)]
    pub also: String,
    /// True if the code may be part of a web page, so that no text may contain a tag.
    #[serde(default)]
    pub markup: bool,
}

/// The form of an escaped character.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unicode {
    /// `\u1234` for each UTF-16 unit.
    Utf16,
    /// `\u{1234}`.
    Braces,
    /// `\u1234` or `\U00012345`.
    Fixed,
}

/// The syntax of large numbers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NumberSyntax {
    /// The form of integers of more than 32 bits.
    pub long: String,
    /// The form of numbers that fit neither into 64 bits nor into a double.
    pub wide: String,
}

impl Default for NumberSyntax {
    fn default() -> NumberSyntax {
        NumberSyntax { long: "{}".to_owned(), wide: "{}".to_owned() }
    }
}

/// The syntax of objects or lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiteralSyntax {
    pub open: String,
    pub close: String,
    pub separator: String,
    /// True if a separator follows the last item too.
    #[serde(default)]
    pub trailing: bool,
    #[serde(default = "value")]
    pub item: String,
    /// The form of an item whose name needs no quotes.
    pub word: Option<String>,
    /// The forms of items whose names have another meaning in this language.
    #[serde(default)]
    pub odd: BTreeMap<String, String>,
    pub empty: Option<String>,
    #[serde(default)]
    pub skip_null: bool,
}

fn value() -> String {
    "{value}".to_owned()
}

/// The form of a user, if both ids are one argument.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct User {
    pub user_id: String,
    pub anonymous_id: String,
    pub both: String,
}

/// The syntax of a call of one type.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CallSyntax {
    /// The call type whose arguments and layout are used.
    pub like: Option<String>,
    pub open: String,
    pub close: String,
    /// True if all arguments are on one line, unless they contain objects.
    pub inline: bool,
    /// True if the arguments are inside single quotes of a shell.
    pub shell: bool,
    pub trailing: bool,
    pub separator: Option<String>,
    pub args: Vec<Arg>,
    /// The parts after the call.
    pub after: Vec<Arg>,
}

/// One argument.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Arg {
    /// The field of the call; `options`, `user` and `call` combine several fields.
    pub of: Option<String>,
    /// The text around the value, which is `{}`.
    #[serde(rename = "as")]
    pub form: Option<String>,
    /// The opening of the object, if its type is not the usual one.
    pub open: Option<String>,
    /// The form of each member of the object, if members are written one after the other.
    pub each: Option<String>,
    /// The form of a member that is an object.
    pub each_object: Option<String>,
    /// True if the argument is never left out.
    pub required: bool,
    /// The text in its place if it is left out and a later argument is not.
    pub default: Option<String>,
    /// The parts of the argument; those that the call does not have are left out.
    pub parts: Vec<Arg>,
    /// A fixed text.
    pub say: Option<String>,
    /// True if no separator follows.
    pub last: bool,
}

impl CallSyntax {
    /// Returns true if the call has an argument for a top-level field.
    pub fn takes(&self, name: &str) -> bool {
        let args = || self.args.iter().chain(&self.after);
        args().chain(args().flat_map(|arg| &arg.parts)).any(|arg| arg.takes(name))
            || self.open.contains(&format!("{{{name}}}"))
    }
}

impl Arg {
    fn takes(&self, name: &str) -> bool {
        match self.of.as_deref() {
            Some("call") => true,
            Some("options") => matches!(name, "context" | "integrations" | "timestamp"),
            Some("user") => matches!(name, "userId" | "anonymousId"),
            of => of == Some(name),
        }
    }
}

impl Language {
    /// Returns the syntax of a call of a type: its own, and the one that has its arguments.
    pub fn form(&self, kind: CallType) -> Option<(&CallSyntax, &CallSyntax)> {
        let own = self.call.get(kind.name())?;
        match &own.like {
            Some(other) => Some((own, self.call.get(other)?)),
            None => Some((own, own)),
        }
    }
}

macro_rules! languages {
    ($($name:literal)*) => {
        static LANGUAGES: LazyLock<BTreeMap<&'static str, Language>> = LazyLock::new(|| {
            BTreeMap::from([$(($name, toml::from_str(include_str!(concat!(
                "../../../../assets/fixes/languages/", $name, ".toml"
            ))).expect(concat!("the built-in table of ", $name, " is valid")))),*])
        });
    };
}

languages!(
    "browser" "csharp" "curl" "dotnet" "flutter" "go" "java" "kotlin" "node" "php" "python"
    "react_native" "ruby" "rudder_flutter" "rudder_react_native" "rust" "swift"
);

/// A sender's library.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SdkLibrary {
    names: Vec<String>,
    language: String,
    title: String,
    client: String,
    rudder_title: Option<String>,
    rudder_client: Option<String>,
    /// True if RudderStack's library with this name sends any field at the top level.
    #[serde(default)]
    rudder_anything: bool,
    /// True for an old version that sends traits inside `custom`.
    #[serde(default)]
    nests_custom: bool,
    /// True if the library adds the user's id by itself, although its corrected calls are curl
    /// lines.
    #[serde(default)]
    client_side: bool,
    /// How a call of the library sets a member of the context, for a corrected call that is a curl
    /// line.
    in_context: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Libraries {
    library: Vec<SdkLibrary>,
}

static LIBRARIES: LazyLock<Vec<SdkLibrary>> = LazyLock::new(|| {
    let read: Libraries = toml::from_str(include_str!("../../../../assets/fixes/libraries.toml"))
        .expect("the built-in table of libraries is valid");
    read.library
});

/// Whether a library can send a group id at the top level of calls other than group calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TopLevelGroup {
    /// Any sender that writes requests by itself can.
    Can,
    Cannot,
    /// The library is unknown, so the call decides.
    Unknown,
}

/// The language of a library, the name to show for it, and the name of its client object.
pub(crate) struct Choice {
    pub language: &'static Language,
    pub title: &'static str,
    pub client: &'static str,
    /// Whether the library can send a group id at the top level of calls other than group calls.
    groups: TopLevelGroup,
    /// True if the library adds the user's id by itself.
    pub client_side: bool,
    /// How a call of the library sets a member of the context, if the code does not show that.
    pub in_context: Option<Cow<'static, str>>,
    /// True for an old version of the library that sends traits inside `custom`.
    pub nests_custom: bool,
}

impl Choice {
    /// Returns the choice of a curl line.
    pub fn curl() -> Choice {
        let language = LANGUAGES.get("curl").expect("a language of the list above");
        Choice {
            language,
            title: "curl",
            client: "",
            groups: TopLevelGroup::Can,
            client_side: false,
            in_context: None,
            nests_custom: false,
        }
    }

    /// Returns the choice of a curl line for a library that no table has.
    fn unknown(name: &str) -> Choice {
        let says = format!("how the context is set depends on the library `{}`", visible_id(name));
        Choice {
            groups: TopLevelGroup::Unknown,
            in_context: Some(Cow::Owned(says)),
            ..Choice::curl()
        }
    }

    /// Returns true if a call of a type can have its group id at the top level. `may_have` decides
    /// that for an unknown library.
    pub fn takes_group(&self, kind: CallType, may_have: impl FnOnce() -> bool) -> bool {
        kind == CallType::Group
            || match self.groups {
                TopLevelGroup::Can => true,
                TopLevelGroup::Cannot => false,
                TopLevelGroup::Unknown => may_have(),
            }
    }

    /// Returns the choice for the name of a library, or curl for an unknown one and without a name.
    /// `rudder` is true for a library of RudderStack, because some have the same name as one of
    /// Segment's.
    pub fn for_library(library: Option<&str>, rudder: bool) -> Choice {
        let Some(name) = library.filter(|name| !name.trim().is_empty()) else {
            return Choice::curl();
        };
        let is_named = |known: &String| known.eq_ignore_ascii_case(name);
        let known = LIBRARIES.iter().find(|library| library.names.iter().any(is_named));
        let Some(library) = known else { return Choice::unknown(name) };
        let Some(language) = LANGUAGES.get(library.language.as_str()) else {
            return Choice::unknown(name);
        };
        let pick = |own: &'static String, other: &'static Option<String>| match other {
            Some(other) if rudder => other.as_str(),
            _ => own.as_str(),
        };
        Choice {
            language,
            title: pick(&library.title, &library.rudder_title),
            client: pick(&library.client, &library.rudder_client),
            groups: match rudder && library.rudder_anything {
                true => TopLevelGroup::Can,
                false => TopLevelGroup::Cannot,
            },
            client_side: language.client_side || library.client_side,
            in_context: library.in_context.as_deref().map(Cow::Borrowed),
            nests_custom: library.nests_custom,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_has_a_language_and_every_language_a_library() {
        for library in LIBRARIES.iter() {
            assert!(LANGUAGES.contains_key(library.language.as_str()), "{library:?}");
            assert_eq!(library.in_context.is_some(), library.language == "curl", "{library:?}");
            for name in &library.names {
                let same = LIBRARIES.iter().filter(|other| other.names.contains(name));
                assert_eq!((same.count(), &name.to_lowercase()), (1, name));
            }
        }
        for name in LANGUAGES.keys().filter(|name| **name != "curl") {
            assert!(LIBRARIES.iter().any(|library| library.language == *name), "{name}");
        }
    }

    #[test]
    fn every_language_has_the_calls_that_carry_ids() {
        for (name, language) in LANGUAGES.iter() {
            for kind in [CallType::Track, CallType::Identify, CallType::Group] {
                assert!(language.form(kind).is_some(), "{name} {}", kind.name());
            }
            let forms = language.call.values().filter_map(|form| form.like.as_ref());
            assert!(forms.into_iter().all(|like| language.call.contains_key(like)), "{name}");
        }
    }
}
