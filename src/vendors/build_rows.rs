//! From a field of a vendor's table to a [`Row`].

use super::build::Maker;
use super::file::{FieldDef, FileError, Word};
use super::keys::Spot;
use super::settings::Settings;
use super::vendor::{Fixed, Name, Row, Source};
use crate::call::CallType;
use serde_json::Value;

impl Maker<'_> {
    pub(super) fn row(
        &mut self,
        call: CallType,
        def: &FieldDef,
        settings: &Settings,
        names: &[&str],
    ) -> Result<Row, FileError> {
        if def.from.is_empty() == def.value.is_none() {
            return Err(FileError::word(
                self.text,
                &def.to,
                "a field has either `from` or `value`",
            ));
        }
        let Some(to) = def.to.get_ref().strip_prefix('/') else {
            return Err(FileError::word(
                self.text,
                &def.to,
                "`to` is a pointer: it begins with `/`",
            ));
        };
        let to = to.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
        let mut from = Vec::new();
        for word in &def.from {
            from.push(self.source(word, names)?);
        }
        let place = from.iter().find_map(|source| match source {
            Source::Spot(spot) => Some(*spot),
            _ => None,
        });
        let setting = match &def.default_setting {
            Some(word) => settings.text(self.setting(word)?),
            None => None,
        };
        let default = match setting {
            Some(text) => Some(Fixed {
                json: Value::from(text).to_string(),
                setting: def.default_setting.as_ref().map(|word| word.get_ref().clone()),
            }),
            None => def.default.as_ref().map(fixed),
        };
        let one_of = match &def.one_of {
            Some(word) => settings.texts(self.setting(word)?).unwrap_or_default(),
            None => Vec::new(),
        };
        let codes = [
            &def.missing,
            &def.recommended,
            &def.kind,
            &def.invalid,
            &def.long,
            &def.zero,
            &def.unknown,
        ];
        Ok(Row {
            speaks: def.value.is_none() && codes.iter().any(|code| code.is_some()),
            to,
            from,
            place: place.unwrap_or(Spot::ROOT),
            near: def.near.clone(),
            always: def.value.as_ref().map(fixed),
            take: def.take,
            check: def.check,
            max: def.max,
            one_of,
            default,
            missing: self.code(call, def.missing.as_ref())?,
            recommended: self.code(call, def.recommended.as_ref())?,
            kind: self.code(call, def.kind.as_ref())?,
            invalid: self.code(call, def.invalid.as_ref())?,
            long: self.code(call, def.long.as_ref())?,
            zero: self.code(call, def.zero.as_ref())?,
            unknown: self.code(call, def.unknown.as_ref())?,
        })
    }

    fn source(&mut self, word: &Word, names: &[&str]) -> Result<Source, FileError> {
        Ok(match word.get_ref().as_str() {
            "@account" => Source::Account,
            "@user" => Source::User,
            "@session" => Source::Session,
            "@time" => Source::Time,
            name if name.starts_with('@') => {
                let Some(at) = names.iter().position(|known| *known == &name[1..]) else {
                    let message = format!("`{name}` is none of @account, @user, @session, @time");
                    return Err(FileError::word(self.text, word, message));
                };
                Source::Named(Name(at as u8))
            }
            _ => Source::Spot(self.pointer(word)?),
        })
    }
}

fn fixed(value: &toml::Value) -> Fixed {
    let json = serde_json::to_value(value).expect("TOML is JSON but for dates");
    Fixed { json: json.to_string(), setting: None }
}
