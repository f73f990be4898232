//! Suggestions of settings, ready to paste: those that a vendor's document recommends, those that
//! fixes name, and those from objects that a vendor pushed. segscope never sets them itself.

use crate::call::{JsonKind, Val, pointer};
use crate::findings::{Finding, ListedIn, ListedPart};
use crate::vendors::Vendors;
use crate::vendors::settings::VendorSettings;
use std::collections::{BTreeMap, BTreeSet};

/// Suggested settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// The names of the settings.
    pub keys: Vec<String>,
    /// The lines of a settings file.
    pub lines: String,
}

impl Vendors {
    /// Returns the settings that a vendor's document recommends and that are not in force, or
    /// `None` if all are.
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

    /// Returns the settings that the fixes of a call's findings name, as lists of the current
    /// entries and those of the call. Returns `None` if no fix names a setting.
    pub fn settings_for(
        &self,
        vendor: usize,
        findings: &[Finding],
        call: Val<'_>,
    ) -> Option<Preset> {
        let name = &self.info(vendor).name;
        let mut lists: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for finding in findings {
            let code = self.codes().find(Some(vendor), &finding.code);
            let listed = code.and_then(|code| self.codes().entry(code).text.listed_in.as_ref());
            let is_named = |listed: &&ListedIn| {
                finding.fix.contains(&format!("vendors.{name}.{}", listed.setting))
            };
            let Some(ListedIn { setting, what }) = listed.filter(is_named) else { continue };
            let value = call.pointer(&finding.path);
            let list = lists.entry(setting).or_default();
            match what {
                ListedPart::Key => list.extend([pointer::last(&finding.path).into_owned()]),
                ListedPart::Value => list.extend(value.map(|value| match value.as_str() {
                    Some(text) => text.into_owned(),
                    None => value.raw().to_owned(),
                })),
                ListedPart::Numbers => {
                    let members = value.into_iter().flat_map(|value| value.children());
                    let numbers = members.filter(|member| member.kind() == JsonKind::Number);
                    list.extend(numbers.map(|member| member.key().into_owned()));
                }
            }
        }
        lists.retain(|_, parts| !parts.is_empty());
        let values =
            lists.into_iter().map(|(key, parts)| (key, self.list_with(vendor, key, parts)));
        let values: Vec<(&str, toml::Value)> = values.collect();
        let keys = values.iter().map(|(key, _)| (*key).to_owned()).collect();
        let values: Vec<_> = values.iter().map(|(key, value)| (*key, value)).collect();
        (!values.is_empty()).then(|| Preset { keys, lines: lines(name, &values) })
    }

    /// Returns the entries of a list setting together with more entries.
    fn list_with(
        &self,
        vendor: usize,
        key: &str,
        more: impl IntoIterator<Item = String>,
    ) -> toml::Value {
        let set = self.settings(vendor).texts(key).unwrap_or_default();
        let all: BTreeSet<String> = set.into_iter().chain(more).collect();
        toml::Value::Array(all.into_iter().map(toml::Value::String).collect())
    }

    /// Returns the vendor that has a setting for the ids of pushed companies, and the setting.
    pub fn filled_by_pushes(&self) -> Option<(usize, &str)> {
        (0..self.len()).find_map(|at| Some((at, self.info(at).pushes.as_ref()?.fills.as_deref()?)))
    }

    /// Returns the lines of a settings file with the ids of pushed companies and the ids that are
    /// already set.
    pub fn pushed_companies<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Option<String> {
        let (vendor, key) = self.filled_by_pushes()?;
        let list = self.list_with(vendor, key, ids.map(str::to_owned));
        Some(lines(&self.info(vendor).name, &[(key, &list)]))
    }
}

impl VendorSettings {
    /// Returns true if a setting has this value.
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
    use crate::call::Doc;
    use crate::findings::finding_for_remark;
    use serde_json::{Map, Value, json};

    fn vendors(settings: Value) -> Vendors {
        let settings: Map<String, Value> = serde_json::from_value(settings).expect("a table");
        Vendors::new(&settings, &[]).expect("valid")
    }

    /// Reads suggested lines as settings, to show that they are valid.
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
    fn settings_that_a_fix_names_are_offered_with_what_the_call_has() {
        let vendors = vendors(json!({"planhat": {"known_companies": ["b"], "metrics": ["seats"]}}));
        let planhat = vendors.index_of("planhat").expect("built in");
        let call = Doc::parse(
            r#"{"groupId":"acme \"1\"","traits":{"mrr":9,"seats":3,"name":"A","arr":"12"}}"#,
        );
        let call = call.expect("JSON");
        let finding = |code: &str, path: &str, fix: &str| Finding {
            code: code.to_owned().into(),
            path: path.to_owned(),
            fix: fix.to_owned(),
            ..finding_for_remark("ID-SHARED user", "", &[])
        };
        let offered = |findings: &[Finding]| vendors.settings_for(planhat, findings, call.root());
        let unknown = |fix| finding("PH-G-COMPANY-UNKNOWN", "/groupId", fix);
        assert_eq!(offered(&[unknown("send another id")]), None, "the fix does not name it");
        let both = [
            unknown("add it to vendors.planhat.known_companies"),
            finding("PH-G-METRIC-UNDEFINED", "/traits/mrr", "add it to vendors.planhat.metrics"),
        ];
        let preset = offered(&both).expect("two settings");
        assert_eq!(preset.keys, ["known_companies", "metrics"]);
        let after = read(&preset.lines);
        let set = |key| after.settings(planhat).texts(key).expect("set");
        assert_eq!(set("known_companies"), ["acme \"1\"", "b"]);
        assert_eq!(set("metrics"), ["mrr", "seats"]);
        let all =
            [finding("PH-G-METRIC-UNCHECKED", "/traits", "list them in vendors.planhat.metrics")];
        let after = read(&offered(&all).expect("a setting").lines);
        assert_eq!(after.settings(planhat).texts("metrics").expect("set"), ["mrr", "seats"]);
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
