//! VendorSettings that are offered ready to paste: what a vendor's document recommends, and what was
//! learned from objects that a vendor pushed. Nothing is set by itself.

use crate::vendors::Vendors;
use crate::vendors::settings::VendorSettings;
use std::collections::BTreeSet;

/// VendorSettings as the vendor's document recommends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Their names.
    pub keys: Vec<String>,
    /// The lines of a settings file.
    pub lines: String,
}

impl Vendors {
    /// What a vendor's document recommends to set; none if all of it is in force.
    pub fn preset(&self, vendor: usize) -> Option<Preset> {
        let info = self.info(vendor);
        let recommended =
            info.settings.iter().filter_map(|def| Some((def.key.as_str(), def.preset.as_ref()?)));
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (key, value) in recommended {
            if !self.settings(vendor).is(key, value) {
                keys.push(key.to_owned());
                values.push((key, value));
            }
        }
        (!keys.is_empty()).then(|| Preset { keys, lines: lines(&info.name, &values) })
    }

    /// The vendor whose setting may be filled with the ids of companies that were pushed, and the
    /// setting.
    pub fn filled_by_pushes(&self) -> Option<(usize, &str)> {
        (0..self.len()).find_map(|at| Some((at, self.info(at).pushes.as_ref()?.fills.as_deref()?)))
    }

    /// The lines of a settings file that hold the ids of companies that were pushed, besides those
    /// that are set already.
    pub fn pushed_companies<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Option<String> {
        let (vendor, key) = self.filled_by_pushes()?;
        let set = self.settings(vendor).texts(key).unwrap_or_default();
        let mut all: BTreeSet<String> = set.into_iter().collect();
        all.extend(ids.map(str::to_owned));
        let list = all.into_iter().map(toml::Value::String).collect();
        Some(lines(&self.info(vendor).name, &[(key, &toml::Value::Array(list))]))
    }
}

impl VendorSettings {
    /// Whether a setting holds this.
    fn is(&self, key: &str, value: &toml::Value) -> bool {
        serde_json::to_value(value).is_ok_and(|value| self.value(key) == Some(&value))
    }
}

fn lines(vendor: &str, values: &[(&str, &toml::Value)]) -> String {
    let lines = values.iter().map(|(key, value)| format!("{key} = {value}\n"));
    format!("[vendors.{vendor}]\n{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value, json};

    fn vendors(settings: Value) -> Vendors {
        let settings: Map<String, Value> = serde_json::from_value(settings).expect("a table");
        Vendors::new(&settings, &[]).expect("valid")
    }

    /// What is offered can be read as the settings that it is for.
    fn read(lines: &str) -> Vendors {
        let file: Value = toml::from_str(lines).expect("TOML");
        vendors(file["vendors"].clone())
    }

    #[test]
    fn a_preset_is_offered_until_it_is_in_force() {
        let before = vendors(json!({}));
        let offered: Vec<_> =
            (0..before.len()).filter_map(|at| Some((at, before.preset(at)?))).collect();
        assert!(!offered.is_empty(), "some document recommends a setting");
        for (at, preset) in offered {
            assert_eq!(read(&preset.lines).preset(at), None, "{}", preset.lines);
        }
    }

    #[test]
    fn pushed_companies_join_those_that_are_set() {
        let before = vendors(json!({"planhat": {"known_companies": ["b", 7]}}));
        let ids = ["a\"\u{1b}", "b"];
        let after = read(&before.pushed_companies(ids.into_iter()).expect("a vendor pushes"));
        let (vendor, key) = after.filled_by_pushes().expect("the same");
        let texts = after.settings(vendor).texts(key).expect("set");
        assert_eq!(texts, ["7", "a\"\u{1b}", "b"]);
    }
}
