//! How each language writes a value and each SDK takes a call: tables.

use crate::call::CallType;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One language with the calls of its SDK.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Language {
    /// The library knows user and visitor by itself: no call names them.
    pub client_side: bool,
    /// A call may carry any field at its top level.
    #[serde(default)]
    pub anything: bool,
    /// What a line that is a comment begins with.
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
    /// A line before the call that tells the library who the user is.
    pub identify: Option<String>,
    /// How a user is named where that is one argument.
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

/// How texts are quoted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Strings {
    /// A quote inside which only itself and the backslash are escaped; for tame texts.
    pub plain: Option<char>,
    pub quote: char,
    pub unicode: Unicode,
    /// Characters that need a backslash besides the quote and the backslash.
    #[serde(default)]
    pub also: String,
    /// The code may stand inside a web page: no tag begins or ends in a text.
    #[serde(default)]
    pub markup: bool,
}

/// How a character that is not written as it is gets named.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unicode {
    /// `\u1234` for each UTF-16 unit.
    Utf16,
    /// `\u{1234}`
    Braces,
    /// `\u1234`, `\U00012345`
    Fixed,
}

/// How numbers are written that are not as usual.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct NumberSyntax {
    /// Integers of more than 32 bits.
    pub long: String,
    /// What fits neither 64 bits nor a double.
    pub wide: String,
}

impl Default for NumberSyntax {
    fn default() -> NumberSyntax {
        NumberSyntax { long: "{}".to_owned(), wide: "{}".to_owned() }
    }
}

/// How objects or lists are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiteralSyntax {
    pub open: String,
    pub close: String,
    pub separator: String,
    /// The separator stands behind the last one too.
    #[serde(default)]
    pub trailing: bool,
    #[serde(default = "value")]
    pub item: String,
    /// The same for a name that may stand without quotes.
    pub word: Option<String>,
    /// The same for names that mean something else in this language.
    #[serde(default)]
    pub odd: BTreeMap<String, String>,
    pub empty: Option<String>,
    #[serde(default)]
    pub skip_null: bool,
}

fn value() -> String {
    "{value}".to_owned()
}

/// How a user is named where that is one argument.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct User {
    pub user_id: String,
    pub anonymous_id: String,
    pub both: String,
}

/// How a call of one type is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CallSyntax {
    /// Arguments and layout are those of another type.
    pub like: Option<String>,
    pub open: String,
    pub close: String,
    /// All arguments on one line, as long as they hold no objects.
    pub inline: bool,
    /// The whole argument stands in single quotes of a shell.
    pub shell: bool,
    pub trailing: bool,
    pub separator: Option<String>,
    pub args: Vec<Arg>,
    /// What stands behind the call.
    pub after: Vec<Arg>,
}

/// One argument.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Arg {
    /// The field of the call; `options`, `user` and `call` are put together from several.
    pub of: Option<String>,
    /// Around the value; `{}` stands for it.
    #[serde(rename = "as")]
    pub form: Option<String>,
    /// How the object's type is called where it is not the usual one.
    pub open: Option<String>,
    /// Each member of the object for itself, one after the other.
    pub each: Option<String>,
    /// The same for a member that is an object.
    pub each_object: Option<String>,
    /// It is never left out.
    pub required: bool,
    /// What stands in its place when a later argument is there.
    pub default: Option<String>,
    /// It is put together from those of these that the call has.
    pub parts: Vec<Arg>,
    /// These words, whatever the call has.
    pub say: Option<String>,
    /// No separator follows.
    pub last: bool,
}

impl CallSyntax {
    /// True if the call has an argument for a top-level field.
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
    /// How a call of a type is written: its own form, and the one that has the arguments.
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
    /// RudderStack's library of that name sends any field of the top level.
    #[serde(default)]
    rudder_anything: bool,
    /// An old version sends traits inside of `custom`.
    #[serde(default)]
    nests_custom: bool,
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

/// A library's language, the name to show for it, and what its client object is called.
pub(crate) struct Choice {
    pub language: &'static Language,
    pub title: &'static str,
    pub client: &'static str,
    /// The library sends a group id with every call.
    groups: bool,
    /// An old version of the library sends traits inside of `custom`.
    pub nests_custom: bool,
}

impl Choice {
    /// A curl line.
    pub fn curl() -> Choice {
        let language = LANGUAGES.get("curl").expect("a language of the list above");
        Choice { language, title: "curl", client: "", groups: true, nests_custom: false }
    }

    /// True if a call of a type can name its group at the top level.
    pub fn takes_group(&self, kind: CallType) -> bool {
        self.groups || kind == CallType::Group
    }

    /// What a library's name says; `rudder` tells which of two libraries with one name it is.
    pub fn for_library(library: Option<&str>, rudder: bool) -> Choice {
        let known = library.and_then(|name| {
            let same = |known: &String| known.eq_ignore_ascii_case(name);
            LIBRARIES.iter().find(|library| library.names.iter().any(same))
        });
        let Some(library) = known else { return Choice::curl() };
        let Some(language) = LANGUAGES.get(library.language.as_str()) else {
            return Choice::curl();
        };
        let pick = |own: &'static String, other: &'static Option<String>| match other {
            Some(other) if rudder => other.as_str(),
            _ => own.as_str(),
        };
        Choice {
            language,
            title: pick(&library.title, &library.rudder_title),
            client: pick(&library.client, &library.rudder_client),
            groups: rudder && library.rudder_anything,
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
