//! The settings of a vendor, checked against its table and completed with defaults.

use super::deliver::address::misfit;
use crate::call::credential::without_credentials;
use crate::vendors::table::{SettingDef, SettingKind};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The error that a setting is unknown or has a wrong value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{vendor}: {message}")]
pub struct SettingsError {
    /// The vendor.
    pub vendor: String,
    /// The setting that is wrong, if one is.
    pub key: Option<String>,
    /// The problem, and what is expected instead.
    pub message: String,
}

/// The settings of one vendor that are in force.
#[derive(Debug, Clone, Default)]
pub struct VendorSettings {
    values: BTreeMap<String, Value>,
    kinds: BTreeMap<String, SettingKind>,
}

impl VendorSettings {
    /// Checks what a user has set and fills in the defaults.
    pub(crate) fn new(
        vendor: &str,
        defs: &[SettingDef],
        given: Option<&Value>,
    ) -> Result<VendorSettings, SettingsError> {
        let wrong = |key: Option<&str>, message: String| SettingsError {
            vendor: vendor.to_owned(),
            key: key.map(str::to_owned),
            message,
        };
        let empty = Map::new();
        let given = match given {
            None | Some(Value::Null) => &empty,
            Some(Value::Object(map)) => map,
            Some(other) => {
                return Err(wrong(None, format!("settings are a table, not {}", kind_of(other))));
            }
        };
        for key in given.keys() {
            if !defs.iter().any(|def| def.key == *key) {
                let near = nearest(key, defs.iter().map(|def| def.key.as_str()));
                let near = near.map_or(String::new(), |near| format!(", did you mean `{near}`?"));
                return Err(wrong(Some(key), format!("`{key}` is not a setting{near}")));
            }
        }
        let mut settings = VendorSettings::default();
        for def in defs {
            settings.kinds.insert(def.key.clone(), def.kind);
            let default = || def.default.clone().and_then(|value| serde_json::to_value(value).ok());
            let value = match given.get(&def.key).filter(|value| !is_unset(def, value)) {
                Some(value) => {
                    Some(check(def, value).map_err(|message| wrong(Some(&def.key), message))?)
                }
                None => default(),
            };
            let value = match (def.kind, value) {
                (SettingKind::Map, value) => merged(default(), value),
                (_, value) => value,
            };
            if let Some(value) = value {
                settings.values.insert(def.key.clone(), value);
            }
        }
        Ok(settings)
    }

    /// Returns a text setting.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.as_str()
    }

    /// Returns a setting that is on or off; the default is off.
    pub fn flag(&self, key: &str) -> bool {
        self.values.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// Returns a number.
    pub fn number(&self, key: &str) -> Option<f64> {
        self.values.get(key)?.as_f64()
    }

    /// Returns a list of texts, or `None` if the setting is not set and has no default.
    pub fn texts(&self, key: &str) -> Option<Vec<String>> {
        let list = self.values.get(key)?.as_array()?;
        Some(list.iter().filter_map(text_of).collect())
    }

    /// Returns a list of tables of texts, without the entries that are null.
    pub fn tables(&self, key: &str) -> Vec<BTreeMap<String, String>> {
        let list = self.values.get(key).and_then(Value::as_array);
        let table = |value: &Value| {
            let members = value.as_object().into_iter().flatten();
            members.filter_map(|(key, value)| Some((key.clone(), text_of(value)?))).collect()
        };
        list.map_or_else(Vec::new, |list| list.iter().map(table).collect())
    }

    /// Returns a table of texts, merged over its default, without the entries that were set to
    /// null.
    pub fn map(&self, key: &str) -> BTreeMap<String, String> {
        let members = self.values.get(key).and_then(Value::as_object).into_iter().flatten();
        members.filter_map(|(key, value)| Some((key.clone(), text_of(value)?))).collect()
    }

    /// Returns the value of a setting.
    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// Returns a setting as it may be shown: without secrets and passwords in addresses.
    pub fn shown(&self, key: &str) -> Option<String> {
        match self.kinds.get(key)? {
            SettingKind::Secret => Some("***".to_owned()),
            _ => {
                let text = self.values.get(key).and_then(text_of)?;
                Some(without_credentials(&text).into_owned())
            }
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Returns true for null, and for a blank text if the setting is a text: both count as not set.
fn is_unset(def: &SettingDef, value: &Value) -> bool {
    let text = matches!(def.kind, SettingKind::Text | SettingKind::Secret);
    value.is_null() || (text && value.as_str().is_some_and(|text| text.trim().is_empty()))
}

/// Checks that a setting may have a value, and returns the value.
pub(crate) fn check(def: &SettingDef, value: &Value) -> Result<Value, String> {
    // the place and value of the first entry that does not fit
    let mut misfit_entry = None;
    let mut all = |list: &Value, fits: &dyn Fn(&Value) -> bool| {
        let Some(list) = list.as_array() else { return false };
        misfit_entry =
            list.iter().position(|entry| !fits(entry)).map(|at| (at, kind_of(&list[at])));
        misfit_entry.is_none()
    };
    let is_id = |value: &Value| value.is_string() || value.is_number();
    let (fits, wanted) = match def.kind {
        SettingKind::Text | SettingKind::Secret => (value.is_string(), "a string"),
        SettingKind::Bool => (value.is_boolean(), "true or false"),
        SettingKind::Number => (value.is_number(), "a number"),
        SettingKind::Texts => (all(value, &Value::is_string), "a list of strings"),
        SettingKind::Ids => (all(value, &is_id), "a list of ids (strings or numbers)"),
        SettingKind::Tables => (all(value, &Value::is_object), "a list of tables"),
        SettingKind::Map => (value.is_object(), "a table"),
    };
    if let Some((at, kind)) = misfit_entry {
        return Err(format!("`{}` must be {wanted}; its entry {} is {kind}", def.key, at + 1));
    }
    if !fits {
        return Err(format!("`{}` must be {wanted}, not {}", def.key, kind_of(value)));
    }
    let text = value.as_str().unwrap_or_default();
    if !def.one_of.is_empty() && !def.one_of.iter().any(|one| one == text) {
        return Err(format!("`{}` must be one of {}", def.key, def.one_of.join(", ")));
    }
    if value.is_string()
        && let Some(expected) = misfit(def.address_part, text)
    {
        // the message does not contain the value, which may have a password
        return Err(format!("`{}` must be {expected}", def.key));
    }
    let tables: Vec<&Map<String, Value>> = match value {
        Value::Array(list) => list.iter().filter_map(Value::as_object).collect(),
        Value::Object(map) => vec![map],
        _ => Vec::new(),
    };
    for table in tables {
        check_table(def, table)?;
    }
    Ok(value.clone())
}

fn check_table(def: &SettingDef, table: &Map<String, Value>) -> Result<(), String> {
    let names = || def.fields.iter().map(|field| field.trim_end_matches('?'));
    for (name, value) in table {
        if !names().any(|known| known == name) {
            let near = nearest(name, names())
                .map_or(String::new(), |near| format!(", did you mean `{near}`?"));
            return Err(format!("`{}` has no `{name}`{near}", def.key));
        }
        if !(value.is_string() || value.is_number() || value.is_null()) {
            return Err(format!(
                "`{name}` in `{}` must be a string, not {}",
                def.key,
                kind_of(value)
            ));
        }
    }
    let needed = def.fields.iter().filter(|field| !field.ends_with('?'));
    match needed.into_iter().find(|field| table.get(*field).is_none_or(Value::is_null)) {
        Some(field) if def.kind == SettingKind::Tables => {
            Err(format!("an entry of `{}` has no `{field}`", def.key))
        }
        _ => Ok(()),
    }
}

fn merged(default: Option<Value>, given: Option<Value>) -> Option<Value> {
    let mut map = default.and_then(|value| value.as_object().cloned()).unwrap_or_default();
    map.extend(given.and_then(|value| value.as_object().cloned()).unwrap_or_default());
    Some(Value::Object(map))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

/// The maximum length of a name that is compared with known ones.
const MAX_NAME_CHARS: usize = 64;
/// The maximum number of known names that a name is compared with.
const MAX_KNOWN: usize = 1_000;

/// Returns the known name with the smallest edit distance, if it is close enough.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // no known name is close to a longer one
    if name.chars().nth(MAX_NAME_CHARS).is_some() {
        return None;
    }
    let known = known.filter(|known| known.len() <= 4 * MAX_NAME_CHARS).take(MAX_KNOWN);
    let (near, changes) =
        known.map(|known| (known, distance(name, known))).min_by_key(|(_, changes)| *changes)?;
    (changes <= name.chars().count().max(3) / 2).then_some(near)
}

/// Returns the edit distance of two names.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn defs() -> Vec<SettingDef> {
        #[derive(serde::Deserialize)]
        struct Defs {
            setting: Vec<SettingDef>,
        }
        let defs: Defs = toml::from_str(
            r#"
            setting = [
              { key = "domain", type = "text", default = "d", doc = "" },
              { key = "key", type = "secret", doc = "" },
              { key = "ids", type = "ids", doc = "" },
              { key = "where", type = "text", default = "US", one_of = ["US", "EU"], doc = "" },
              { key = "channels", type = "map", default = { email = "email", sms = "phone" }, fields = ["email", "sms", "push"], doc = "" },
              { key = "dims", type = "tables", default = [], fields = ["trait", "name?"], doc = "" },
            ]"#,
        )
        .expect("valid");
        defs.setting
    }

    #[test]
    fn defaults_blanks_and_merging() {
        let given = json!({"domain": "  ", "key": "s3cret", "ids": [1, "b"], "where": null,
            "channels": {"sms": null, "push": "token"}, "dims": [{"trait": "a", "name": null}]});
        let settings = VendorSettings::new("v", &defs(), Some(&given)).expect("valid");
        assert_eq!(settings.text("domain"), Some("d"));
        assert_eq!(settings.text("where"), Some("US"));
        assert_eq!(settings.shown("key").as_deref(), Some("***"));
        assert_eq!(settings.texts("ids"), Some(vec!["1".to_owned(), "b".to_owned()]));
        let channels: Vec<_> = settings.map("channels").into_iter().collect();
        assert_eq!(channels, [("email".into(), "email".into()), ("push".into(), "token".into())]);
        assert_eq!(settings.tables("dims")[0].get("trait").map(String::as_str), Some("a"));
        assert_eq!(VendorSettings::new("v", &defs(), None).expect("valid").texts("ids"), None);
    }

    #[test]
    fn what_is_refused() {
        for (given, want) in [
            (json!({"domian": "x"}), "v: `domian` is not a setting, did you mean `domain`?"),
            (
                json!({"ids": [true]}),
                "v: `ids` must be a list of ids (strings or numbers); its entry 1 is true or false",
            ),
            (
                json!({"ids": "a"}),
                "v: `ids` must be a list of ids (strings or numbers), not a string",
            ),
            (
                json!({"dims": [{"trait": "a"}, 5]}),
                "v: `dims` must be a list of tables; its entry 2 is a number",
            ),
            (json!({"where": "eu"}), "v: `where` must be one of US, EU"),
            (
                json!({"channels": {"mail": "x"}}),
                "v: `channels` has no `mail`, did you mean `email`?",
            ),
            (json!({"dims": [{"name": "x"}]}), "v: an entry of `dims` has no `trait`"),
            (json!([]), "v: settings are a table, not a list"),
        ] {
            let error = VendorSettings::new("v", &defs(), Some(&given)).expect_err("wrong");
            assert_eq!(error.to_string(), want);
        }
    }
}
