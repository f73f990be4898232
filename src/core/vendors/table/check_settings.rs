//! Checks of the settings that a vendor's table defines, and of their values.

use crate::call::CallType;
use crate::vendors::settings::{SettingsError, VendorSettings, check};
use crate::vendors::table::build::{MAX_ERRORS, TableBuilder};
use crate::vendors::table::{SettingKind, TableError};

impl TableBuilder<'_> {
    /// Checks that each setting that a code names in `listed_in` exists and is a list.
    pub(crate) fn check_listed(&mut self) {
        let file = self.file;
        for listed in file.code.values().filter_map(|text| text.listed_in.as_ref()) {
            let key = &listed.setting;
            let def = file.setting.iter().find(|def| def.key == *key);
            let message = match def.map(|def| def.kind) {
                Some(SettingKind::Texts | SettingKind::Ids) => continue,
                Some(_) => format!("the setting `{key}` is not a list of type `texts` or `ids`"),
                None => format!("`{key}` is not a setting of this vendor"),
            };
            let at = self.text.find(&format!("setting = \"{key}\"")).unwrap_or_default();
            self.errors.push(TableError::at(self.text, at, message));
        }
    }

    /// Checks that the default of each setting is a valid value of it.
    pub(crate) fn check_defaults(&mut self) {
        let file = self.file;
        for def in &file.setting {
            if self.errors.len() >= MAX_ERRORS {
                return;
            }
            let default = def.default.as_ref().and_then(|value| serde_json::to_value(value).ok());
            if let Some(message) = default.and_then(|value| check(def, &value).err()) {
                let at = self.text.find(&format!("key = \"{}\"", def.key)).unwrap_or_default();
                let message = format!("the default of a setting is wrong: {message}");
                self.errors.push(TableError::at(self.text, at, message));
            }
        }
    }

    /// Checks that a setting that stands in for a field has no more characters than the field,
    /// because it is sent as it is.
    ///
    /// # Errors
    /// Fails for the first setting that is too long.
    pub(crate) fn check_lengths(&self, settings: &VendorSettings) -> Result<(), SettingsError> {
        let calls = CallType::ALL.into_iter().filter_map(|call| self.file.call.get(call));
        for field in calls.flat_map(|call| &call.request).flat_map(|request| &request.fields) {
            let (Some(word), Some(max)) = (&field.default_setting, field.max) else { continue };
            let key = word.get_ref();
            let count = settings.text(key).map_or(0, |text| text.chars().count());
            if count > max {
                return Err(SettingsError {
                    vendor: self.file.name.get_ref().clone(),
                    key: Some(key.clone()),
                    message: format!("`{key}` must have at most {max} characters, not {count}"),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::vendors::Vendors;
    use serde_json::json;

    #[test]
    fn refuses_a_default_that_is_longer_than_its_field() {
        let made = |key: &str, length: usize| {
            let settings = json!({"customersuccessbox": {key: "é".repeat(length)}});
            Vendors::only(&["customersuccessbox"], settings.as_object().expect("a table"), &[])
                .map(drop)
                .map_err(|error| error.to_string())
        };
        for key in ["default_module", "company_name"] {
            assert_eq!(made(key, 64), Ok(()));
            let error = made(key, 65).expect_err("too long");
            let want =
                format!("customersuccessbox: `{key}` must have at most 64 characters, not 65");
            assert_eq!(error, want);
        }
    }
}
