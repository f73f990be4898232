//! The conversion of a field of a vendor's table to a [`FieldRule`].

use crate::call::{CallType, pointer};
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::settings::VendorSettings;
use crate::vendors::table::build::TableBuilder;
use crate::vendors::table::{BodyKind, CallDef, FieldDef, RequestDef, TableError, Word};
use crate::vendors::vendor::{FieldRule, FieldSource, FixedValue, Guard, Name};
use serde_json::Value;

impl TableBuilder<'_> {
    pub(crate) fn row(
        &mut self,
        call: CallType,
        call_def: &CallDef,
        def: &FieldDef,
        settings: &VendorSettings,
        names: &[&str],
    ) -> Result<FieldRule, TableError> {
        if def.from.is_empty() == def.value.is_none() {
            return Err(TableError::word(
                self.text,
                &def.to,
                "a field has either `from` or `value`",
            ));
        }
        let Some(to) = def.to.get_ref().strip_prefix('/') else {
            return Err(TableError::word(
                self.text,
                &def.to,
                "`to` is a pointer: it begins with `/`",
            ));
        };
        let to = to.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
        let mut from = Vec::new();
        for word in &def.from {
            from.extend(self.sources(call_def, word, names)?);
        }
        let place = from.iter().find_map(|source| self.place_of(call_def, source));
        let only_with = self.only_with(call_def, def.only_with.as_ref())?;
        let setting = match &def.default_setting {
            Some(word) => settings.text(self.text_setting(word)?),
            None => None,
        };
        let default = match setting {
            Some(text) => Some(FixedValue {
                json: Value::from(text).to_string(),
                setting: def.default_setting.as_ref().map(|word| word.get_ref().clone()),
            }),
            None => self.fixed(def, def.default.as_ref())?,
        };
        let one_of = match &def.one_of {
            Some(word) => settings.texts(self.list_setting(word)?).unwrap_or_default(),
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
        Ok(FieldRule {
            speaks: def.value.is_none() && codes.iter().any(|code| code.is_some()),
            to,
            from,
            place: place.unwrap_or(FieldSlot::ROOT),
            near: def.near.clone(),
            always: self.fixed(def, def.value.as_ref())?,
            only_with,
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

    /// Checks that no field of a request overwrites an earlier one, whose value would be lost without
    /// a finding. A field with `only_with` may replace one at the same place.
    pub(crate) fn check_overwritten(&mut self, def: &RequestDef) {
        if def.body == BodyKind::Call {
            return;
        }
        for (at, later) in def.fields.iter().enumerate() {
            let to = later.to.get_ref();
            for spread in &def.spread {
                let of = spread.to.get_ref();
                if pointer::is_at_or_below(of, to) {
                    let line = self.text.line_of(spread.to.span().start);
                    let message = format!(
                        "`to = \"{to}\"` replaces the members that the spread of line {line} copies to `{of}`"
                    );
                    self.keep(Err::<(), _>(TableError::word(self.text, &later.to, message)));
                }
            }
            for earlier in &def.fields[..at] {
                let (of, line) = (earlier.to.get_ref(), self.text.line_of(earlier.to.span().start));
                let no_object = earlier.value.as_ref().is_some_and(|value| !value.is_table());
                let message = if of == to && later.only_with.is_none() {
                    format!(
                        "`to = \"{to}\"` replaces the field of line {line}: list the sources of both in one `from`, in order, or give this field `only_with`"
                    )
                } else if pointer::is_below(of, to) {
                    format!(
                        "`to = \"{to}\"` replaces `{of}` of line {line}: put it before that field"
                    )
                } else if pointer::is_below(to, of) && no_object {
                    format!(
                        "`to = \"{to}\"` replaces `{of}` of line {line}, whose value is not an object"
                    )
                } else {
                    continue;
                };
                self.keep(Err::<(), _>(TableError::word(self.text, &later.to, message)));
            }
        }
    }

    /// Returns the place of a source: for an id, the place where it is expected.
    fn place_of(&mut self, call_def: &CallDef, source: &FieldSource) -> Option<FieldSlot> {
        let id = match source {
            FieldSource::Slot(slot) | FieldSource::Guarded(slot, _) => return Some(*slot),
            FieldSource::Account => call_def.account.as_ref(),
            FieldSource::User => call_def.user.as_ref(),
            FieldSource::Session => call_def.session.as_ref(),
            FieldSource::Named(_) | FieldSource::Time => None,
        };
        let pointer = call_def.pointers(id?.from.first()?.get_ref()).into_iter().next()?;
        Some(self.keys.slot(&pointer))
    }

    /// Returns the sources that a name or a pointer of a field refers to. There are several if it
    /// begins with the name of a choice (`choose` in the table).
    fn sources(
        &mut self,
        call_def: &CallDef,
        word: &Word,
        names: &[&str],
    ) -> Result<Vec<FieldSource>, TableError> {
        let name = word.get_ref().as_str();
        if let Some(id) = id_source(name) {
            return Ok(vec![id]);
        }
        if name == "@time" {
            return Ok(vec![FieldSource::Time]);
        }
        match name.strip_prefix('@').and_then(|name| names.iter().position(|known| *known == name))
        {
            Some(at) => Ok(vec![FieldSource::Named(Name(at as u8))]),
            None if name.starts_with('@') && call_def.choice(name).is_none() => {
                let message = format!(
                    "`{name}` is none of @account, @user, @session, @time{}",
                    choices_of(call_def)
                );
                Err(TableError::word(self.text, word, message))
            }
            None => self.places(call_def, word),
        }
    }

    /// Returns the places that a name or a pointer refers to.
    pub(crate) fn places(
        &mut self,
        call_def: &CallDef,
        word: &Word,
    ) -> Result<Vec<FieldSource>, TableError> {
        let name = word.get_ref().as_str();
        let Some((choice, places, rest)) = call_def.choice(name) else {
            if !name.starts_with('@') {
                return Ok(vec![FieldSource::Slot(self.pointer(word)?)]);
            }
            let allowed = format!("a pointer{}", choices_of(call_def));
            let message = match id_source(name).is_some() || name == "@time" {
                true => format!(
                    "`{name}` may stand in the `from` and `only_with` of a field; here, a place of the call is expected: {allowed}"
                ),
                false => format!("`{name}` is not a place of the call: {allowed}"),
            };
            return Err(TableError::word(self.text, word, message));
        };
        let guard = |object: usize| Guard { choice: choice as u8, object: object as u8 };
        let slots = places.iter().map(|place| format!("{}{rest}", place.get_ref()));
        let slots = slots.map(|pointer| self.keys.slot(&pointer)).enumerate();
        Ok(slots.map(|(object, slot)| FieldSource::Guarded(slot, guard(object))).collect())
    }

    /// Returns the sources of which at least one must be present.
    pub(crate) fn only_with(
        &mut self,
        call_def: &CallDef,
        word: Option<&Word>,
    ) -> Result<Vec<FieldSource>, TableError> {
        let Some(word) = word else { return Ok(Vec::new()) };
        self.sources(call_def, word, &[])
    }

    /// Converts a fixed value to JSON.
    fn fixed(
        &self,
        def: &FieldDef,
        value: Option<&toml::Value>,
    ) -> Result<Option<FixedValue>, TableError> {
        let Some(value) = value else { return Ok(None) };
        if has_date(value) {
            let message = "JSON has no dates: write the date as a string in quotes";
            return Err(TableError::word(self.text, &def.to, message));
        }
        let json = serde_json::to_value(value).expect("TOML is JSON but for dates");
        Ok(Some(FixedValue { json: json.to_string(), setting: None }))
    }
}

/// Returns the names of the alternative objects of a call, each after a comma.
fn choices_of(call_def: &CallDef) -> String {
    call_def.choose.keys().map(|choice| format!(", @{choice}")).collect()
}

/// Returns the id that a name refers to.
pub(crate) fn id_source(name: &str) -> Option<FieldSource> {
    match name {
        "@account" => Some(FieldSource::Account),
        "@user" => Some(FieldSource::User),
        "@session" => Some(FieldSource::Session),
        _ => None,
    }
}

fn has_date(value: &toml::Value) -> bool {
    match value {
        toml::Value::Datetime(_) => true,
        toml::Value::Array(values) => values.iter().any(has_date),
        toml::Value::Table(table) => table.iter().any(|(_, value)| has_date(value)),
        _ => false,
    }
}
