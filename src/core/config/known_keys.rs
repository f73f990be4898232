//! The known setting keys, except the vendors' own.

use crate::call::credential::{is_credential, without_credentials};
use crate::call::nearest_name;
use serde_json::Value;
use std::borrow::Cow;

/// The type of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingValueKind {
    /// `true` or `false`
    Switch,
    /// a text
    Text,
    /// a list of texts
    List,
}

/// A setting.
#[derive(Debug, Clone, Copy)]
pub struct SettingKey {
    /// The dotted name.
    pub name: &'static str,
    /// The type of its value.
    pub kind: SettingValueKind,
    /// The default value, as TOML writes it.
    pub default: Option<&'static str>,
    /// One line of description for the template and for `config show`.
    pub doc: &'static str,
    /// True if it opens an address, sends something out or runs something; such a setting is never
    /// read from a project's file.
    pub user_only: bool,
}

const fn key(
    name: &'static str,
    kind: SettingValueKind,
    default: Option<&'static str>,
    doc: &'static str,
) -> SettingKey {
    SettingKey { name, kind, default, doc, user_only: false }
}

const fn user_only(key: SettingKey) -> SettingKey {
    SettingKey { user_only: true, ..key }
}

/// All settings except the vendors' own (`[vendors.NAME]`).
pub const KEYS: &[SettingKey] = &[
    user_only(key(
        "listen",
        SettingValueKind::Text,
        Some("127.0.0.1:7357"),
        "address to listen on; port 0 picks a free one",
    )),
    user_only(key(
        "allow_remote",
        SettingValueKind::Switch,
        Some("false"),
        "allow `listen` to be an address that other machines can reach",
    )),
    user_only(key(
        "token_file",
        SettingValueKind::Text,
        None,
        "other machines may use /_segscope if they send the token in this file (one line, readable only by you) as `Authorization: Bearer TOKEN`",
    )),
    user_only(key(
        "tls",
        SettingValueKind::Switch,
        Some("false"),
        "answer https on the same port too, with certificates of the local CA (`segscope tls trust`)",
    )),
    user_only(key(
        "tls_cert",
        SettingValueKind::Text,
        None,
        "answer https with the certificate in this file (PEM, with its chain)",
    )),
    user_only(key(
        "tls_key",
        SettingValueKind::Text,
        None,
        "the file of the private key of `tls_cert` (PEM, not encrypted)",
    )),
    user_only(key(
        "intercept",
        SettingValueKind::Switch,
        Some("false"),
        "be an https proxy, and decrypt requests to hosts of Segment and RudderStack with the local CA",
    )),
    user_only(key(
        "intercept_host",
        SettingValueKind::List,
        None,
        "hosts whose requests are decrypted too, such as [\"events.example.com\", \"*.example.org\"]",
    )),
    user_only(key("record", SettingValueKind::Text, None, "append the recording to this file")),
    key("no_record", SettingValueKind::Switch, Some("false"), "do not keep a recording after exit"),
    key(
        "keep",
        SettingValueKind::Text,
        None,
        "how much of the recording stays on disk, such as 20GB or 6h: it is written in parts, and the oldest is deleted (default: 10GB; all of it where `record` is set)",
    ),
    key(
        "fsync",
        SettingValueKind::Switch,
        Some("false"),
        "flush each call to disk before acknowledging it",
    ),
    key(
        "vendors.use",
        SettingValueKind::List,
        None,
        "vendors to check (default: all); `vendors = [\"…\"]` is the same where no [vendors.NAME] follows",
    ),
    user_only(key(
        "webhook_secret",
        SettingValueKind::Text,
        None,
        "shared secret of /webhook; checks X-Signature",
    )),
    user_only(key(
        "webhook_secret_file",
        SettingValueKind::Text,
        None,
        "the file that holds webhook_secret; `-` is standard input",
    )),
    user_only(key(
        "require_signature",
        SettingValueKind::Switch,
        Some("false"),
        "refuse /webhook requests whose X-Signature is missing or wrong, after they are recorded",
    )),
    key(
        "copies",
        SettingValueKind::Switch,
        Some("false"),
        "requests are copies that a proxy makes, such as nginx `mirror`; it discards the responses",
    ),
    user_only(key(
        "fault",
        SettingValueKind::List,
        None,
        "faults that are injected, such as [\"status=429 retry-after=2 share=0.1\"]",
    )),
    user_only(key(
        "fault_seed",
        SettingValueKind::Text,
        None,
        "a number that chooses the requests that meet a fault in the same way in each run",
    )),
    user_only(key(
        "forward",
        SettingValueKind::Text,
        None,
        "pass each request on to this URL (or `segment`, `segment-eu`) and return its own response",
    )),
    user_only(key(
        "mirror",
        SettingValueKind::Text,
        None,
        "answer each request, and send it on to this URL (or `segment`, `segment-eu`) from the recording",
    )),
    user_only(key(
        "forward_cdn",
        SettingValueKind::Text,
        None,
        "where what a page loads comes from: a URL, `segment` or `rudderstack`; known for the short names of `forward`",
    )),
    user_only(key(
        "forward_connect_to",
        SettingValueKind::Text,
        None,
        "connect to this HOST:PORT instead of that of `forward` or `mirror`",
    )),
    user_only(key(
        "forward_only",
        SettingValueKind::Text,
        None,
        "forward only requests with a call that matches this filter",
    )),
    user_only(key(
        "forward_key",
        SettingValueKind::Text,
        None,
        "forward with this write key instead of the sender's",
    )),
    user_only(key(
        "no_forwarded_for",
        SettingValueKind::Switch,
        Some("false"),
        "do not add the client's address to requests that are forwarded",
    )),
    user_only(key(
        "strict",
        SettingValueKind::Switch,
        Some("false"),
        "answer 503 to a request that cannot be recorded, instead of forwarding it",
    )),
    user_only(key(
        "redact",
        SettingValueKind::List,
        None,
        "values that are replaced before a request is recorded, such as [\"email\", \"phone=remove\", \"/properties/ssn\"]",
    )),
    key("alert", SettingValueKind::Text, None, "alert when a call matches this filter"),
    key(
        "watch",
        SettingValueKind::List,
        None,
        "rules to alert of, such as \"missing(account_id) above 2% of track over 5m, least 50 calls, by context.app.version\"; docs/watch.md explains them",
    ),
    user_only(key(
        "alert_with",
        SettingValueKind::Text,
        Some("bell"),
        "bell, notify (a terminal notification), or a command with arguments, which gets the call record on standard input",
    )),
    key(
        "theme",
        SettingValueKind::Text,
        Some("auto"),
        "auto (dark or light, as the terminal's background is), dark, light, high-contrast, or NAME of themes/NAME.toml in your config folder",
    ),
    user_only(key(
        "upstream",
        SettingValueKind::Text,
        None,
        "the real tracking API that `r` offers to send a call to again, such as https://api.segment.io",
    )),
    key(
        "columns",
        SettingValueKind::List,
        None,
        "the log's columns, from the left: number, time, type, name, account, user, vendors, other_vendors, and fields as filters name them, such as properties.plan or library.name",
    ),
    key("ascii", SettingValueKind::Switch, Some("false"), "draw with ASCII only"),
];

/// The prefix of the keys of the screen: `keys.PLACE.ACTION`.
pub(crate) const SCREEN_KEYS: &str = "keys.";
/// The prefix of the styles of the screen: `colors.STYLE`.
pub(crate) const COLORS: &str = "colors.";
/// The name of the section of styles in earlier versions, whose files are still read.
const OLD_COLORS: &str = "colours";

/// The prefix of the base address that a vendor's outputs are sent to instead of its own:
/// `deliver.NAME`.
pub(crate) const DELIVER: &str = "deliver.";

/// Returns whether a key is such an address, or their whole section.
pub(crate) fn is_deliver(name: &str) -> bool {
    name.starts_with(DELIVER) || name == DELIVER.trim_end_matches('.')
}

/// The prefix of a variable that sets a vendor's setting: `SEGSCOPE_VENDORS_NAME_KEY`.
const VENDOR_VARIABLE: &str = "SEGSCOPE_VENDORS_";

/// Returns the vendor's setting that an environment variable sets. The vendor's name ends at the
/// first `_`.
pub(crate) fn vendor_setting_from_env(name: &str) -> Option<String> {
    let (vendor, key) = name.strip_prefix(VENDOR_VARIABLE)?.split_once('_')?;
    Some(format!("vendors.{vendor}.{key}").to_ascii_lowercase())
}

/// Returns whether a key is one of the screen's keys or styles. Only the screen knows which of them
/// exist.
pub(crate) fn is_of_the_screen(name: &str) -> bool {
    name.starts_with(SCREEN_KEYS) || is_color(name)
}

fn is_color(name: &str) -> bool {
    name.starts_with(COLORS) || name == COLORS.trim_end_matches('.')
}

/// Returns the key with the current name of its section.
pub(crate) fn with_current_section(name: &str) -> Cow<'_, str> {
    match name.strip_prefix(OLD_COLORS) {
        Some(style) if style.is_empty() || style.starts_with('.') => {
            format!("colors{style}").into()
        }
        _ => name.into(),
    }
}

/// Returns whether a project's file must not set a key.
pub(crate) fn is_user_only(name: &str) -> bool {
    name.starts_with(SCREEN_KEYS) || is_deliver(name) || find(name).is_some_and(|key| key.user_only)
}

pub(crate) fn check_deliver(name: &str, value: &Value) -> Result<(), String> {
    match (name.split('.').count(), value) {
        (2, Value::String(_)) => Ok(()),
        // a section in which nothing is set
        (1, Value::Object(none)) if none.is_empty() => Ok(()),
        _ => Err(format!(
            "`{name}` is {}; expected a base URL, such as \"http://127.0.0.1:8080\"",
            without_credentials(&value.to_string())
        )),
    }
}

pub(crate) fn check_of_the_screen(name: &str, value: &Value) -> Result<(), String> {
    let expected = match (is_color(name), name.split('.').count(), value) {
        // a section in which nothing is set
        (true, 1, Value::Object(none)) | (false, 2, Value::Object(none)) if none.is_empty() => {
            return Ok(());
        }
        (true, 2, Value::String(_)) => return Ok(()),
        (false, 3, Value::Array(keys)) if keys.iter().all(Value::is_string) => return Ok(()),
        (true, ..) => "a style in words, such as \"red bold\"",
        (false, ..) => "a list of keys, such as [\"ctrl-x\"]",
    };
    Err(format!("`{name}` is {value}; expected {expected}"))
}

/// Returns the key of that name.
pub(crate) fn find(name: &str) -> Option<&'static SettingKey> {
    KEYS.iter().find(|key| key.name == name)
}

/// Returns the key that an environment variable sets. Other variables that begin with `SEGSCOPE_`
/// (such as `SEGSCOPE_URL`) are not settings.
pub(crate) fn from_env(name: &str) -> Option<&'static SettingKey> {
    let wanted = name.strip_prefix("SEGSCOPE_")?.to_ascii_lowercase();
    KEYS.iter().find(|key| key.name == wanted || (key.name == "vendors.use" && wanted == "vendors"))
}

pub(crate) fn unknown(name: &str) -> String {
    match nearest_name(name, KEYS.iter().map(|key| key.name)) {
        Some(near) => format!("`{name}` is not a setting; the nearest is `{near}`"),
        None => format!("`{name}` is not a setting; `segscope config show` lists them"),
    }
}

impl SettingKey {
    pub(crate) fn preset(&self) -> Option<Value> {
        self.default.map(|text| self.value_of(text))
    }

    /// Converts the text of an environment variable to a value of this key.
    pub(crate) fn value_of(&self, text: &str) -> Value {
        match self.kind {
            SettingValueKind::Switch => match text {
                "1" | "true" => Value::Bool(true),
                "0" | "false" | "" => Value::Bool(false),
                other => Value::String(other.to_owned()),
            },
            SettingValueKind::Text => Value::String(text.to_owned()),
            SettingValueKind::List => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.to_owned()))
                .collect(),
        }
    }

    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        let good = match self.kind {
            SettingValueKind::Switch => value.is_boolean(),
            SettingValueKind::Text => value.is_string(),
            SettingValueKind::List => {
                value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
            }
        };
        if good {
            return Ok(());
        }
        let expected = match self.kind {
            SettingValueKind::Switch => "true or false",
            SettingValueKind::Text => "a string",
            SettingValueKind::List => "a list of strings",
        };
        if is_credential(self.name) {
            return Err(format!("`{}` must be {expected}", self.name));
        }
        let shown = value.to_string();
        Err(format!("`{}` is {}; expected {expected}", self.name, without_credentials(&shown)))
    }
}
