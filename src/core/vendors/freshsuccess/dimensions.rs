//! The custom account dimensions: traits that the settings name, grouped by type.

use crate::call::redacted::is_redacted;
use crate::call::{CallType, JsonKind, Val, pointer, time};
use crate::findings::identity::is_blank;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, From};
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::rules::{Family, RuleParts};
use crate::vendors::settings::SettingsError;

const SETTING: &str = "custom_dimensions";

/// The type of a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    String,
    Number,
    Date,
}

struct Dimension {
    from: FieldSlot,
    name: String,
    kind: Type,
    /// True for identify and for group calls that do not use the trait for another field.
    calls: [bool; 2],
}

/// The dimensions of the settings.
pub(crate) struct Dimensions {
    all: Vec<Dimension>,
    wrong_type: Family,
    no_account: CodeId,
    account: FieldSlot,
}

impl Dimensions {
    pub fn new(parts: &mut RuleParts<'_>) -> Result<Dimensions, SettingsError> {
        let mut all = Vec::new();
        for mut entry in parts.settings.tables(SETTING) {
            entry.retain(|_, text| !is_blank(text));
            let Some(from) = entry.remove("trait") else {
                return Err(settings_error(format!("an entry of `{SETTING}` has no `trait`")));
            };
            let kind = match entry.get("type").map(String::as_str) {
                Some("string") => Type::String,
                Some("number") => Type::Number,
                Some("date") => Type::Date,
                other => {
                    let other = other.unwrap_or_default();
                    return Err(settings_error(format!(
                        "`type` in `{SETTING}` must be string, number or date, not `{other}`"
                    )));
                }
            };
            let path = pointer::push("/traits", &from);
            let dimension = Dimension {
                calls: CALL_TYPES.map(|call| !parts.in_table(call, &path)),
                from: parts.reads("/traits", &from),
                name: entry.remove("name").unwrap_or(from),
                kind,
            };
            let is_same =
                |other: &Dimension| other.name == dimension.name && other.kind == dimension.kind;
            if all.iter().any(is_same) {
                return Err(settings_error(format!(
                    "two entries of `{SETTING}` fill the dimension `{}` of the same type, so one of the values is lost",
                    dimension.name
                )));
            }
            all.push(dimension);
        }
        Ok(Dimensions {
            all,
            wrong_type: parts.family("DIM-TYPE"),
            no_account: parts.code("I-DIM-NO-ACCOUNT"),
            account: parts.slot("/groupId"),
        })
    }

    /// Adds the dimensions of a call to its request about the account. That is the only request of
    /// a group call, and the second request of an identify call, which is skipped without a
    /// dimension. `several` is true if accepted calls of the user name several accounts.
    pub fn run(&self, evaluation: &mut Evaluation<'_>, several: bool) {
        let Some(slot) = CALL_TYPES.iter().position(|call| *call == evaluation.kind) else {
            return;
        };
        let request = usize::from(evaluation.kind == CallType::Identify);
        let mut any = false;
        for dimension in self.all.iter().filter(|dimension| dimension.calls[slot]) {
            let Some(value) = evaluation.view.present(dimension.from) else { continue };
            let place = CallPlace::Slot(dimension.from);
            if dimension.kind.fits(value) {
                any = true;
                let path = ["details", dimension.kind.output(), dimension.name.as_str()];
                evaluation.put(request, &path, FieldValue::Copy(value), From::Place(place));
            } else {
                let code = self.wrong_type.code_for(evaluation.kind);
                evaluation
                    .find_with(code, place, |words| words.say("wanted", dimension.kind.words()));
            }
        }
        if evaluation.kind == CallType::Identify {
            let known = evaluation.account.is_some();
            if any && !known {
                evaluation.find_with(self.no_account, CallPlace::Slot(self.account), |words| {
                    words.phrase("known", if several { SEVERAL } else { NONE });
                });
            }
            if !any || !known {
                evaluation.skip(request);
            }
        }
    }
}

const SEVERAL: &str = "accepted calls of this user name several";
const NONE: &str = "no call of this user that Freshsuccess accepted names one";

const CALL_TYPES: [CallType; 2] = [CallType::Identify, CallType::Group];

fn settings_error(message: String) -> SettingsError {
    SettingsError { vendor: "freshsuccess".to_owned(), key: Some(SETTING.to_owned()), message }
}

impl Type {
    fn fits(self, value: Val<'_>) -> bool {
        if value.as_str().is_some_and(|text| is_redacted(&text)) {
            return true;
        }
        match self {
            Type::String => value.kind() == JsonKind::String,
            Type::Number => value.kind() == JsonKind::Number,
            Type::Date => value.as_str().is_some_and(|text| time::parse(&text).is_some()),
        }
    }

    /// The member of `details` that holds the dimensions of this type.
    fn output(self) -> &'static str {
        match self {
            Type::String => "custom_label_dimensions",
            Type::Number => "custom_value_dimensions",
            Type::Date => "custom_event_dimensions",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Type::String => "a string",
            Type::Number => "a number",
            Type::Date => "a date like 2024-05-01",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::vendors::Vendors;
    use serde_json::json;

    #[test]
    fn refuses_dimensions_with_a_wrong_or_missing_part() {
        for (dimension, want) in [
            (
                json!({"trait": "arr", "type": "money"}),
                "`type` in `custom_dimensions` must be string, number or date, not `money`",
            ),
            (
                json!({"trait": " ", "type": "date"}),
                "an entry of `custom_dimensions` has no `trait`",
            ),
            (json!({"trait": "arr"}), "an entry of `custom_dimensions` has no `type`"),
            (
                json!({"trait": "mrr", "name": "arr", "type": "number"}),
                "two entries of `custom_dimensions` fill the dimension `arr` of the same type, so one of the values is lost",
            ),
        ] {
            // a dimension of another type is another one
            let settings = json!({"freshsuccess": {"custom_dimensions": [
                {"trait": "arr", "type": "number"}, {"trait": "arr", "type": "string"}, dimension]}});
            let settings = settings.as_object().expect("a table");
            let error = Vendors::only(&["freshsuccess"], settings, &[]).expect_err("wrong");
            assert_eq!(error.to_string(), format!("freshsuccess: {want}"));
        }
    }
}
