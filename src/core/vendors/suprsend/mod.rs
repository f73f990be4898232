//! The code for SuprSend: traits become user properties, and some of them also set the language and
//! channels. A channel keeps every value that it has had.

mod channels;

use super::code_id::CodeId;
use super::rules::{Flow, LearnedFacts, RuleParts, Rules};
use super::settings::SettingsError;
use super::vendor::Name;
use crate::call::{CallType, Val, pointer};
use crate::findings::identity::text_of;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, From};
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::output_json::OutputJson;
use channels::{Channel, ChannelData, Channels};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The section `[data]` of the vendor's table.
#[derive(Deserialize)]
struct ChannelTable {
    event_prefix: String,
    /// The prefixes of names that the vendor reserves.
    reserved: Vec<String>,
    /// The names of events with such a prefix that are allowed nevertheless.
    allowed_events: BTreeSet<String>,
    /// The caveat about an event's name of one character.
    short_event: String,
    language_operation: String,
    /// The traits that probably are the language.
    language_traits: Vec<String>,
    languages: BTreeSet<String>,
    channel: Vec<ChannelData>,
}

struct SuprSend {
    event: FieldSlot,
    traits: FieldSlot,
    context_traits: FieldSlot,
    /// The field for the event's name with the prefix, if the prefix is added.
    prefixed: Option<Name>,
    event_prefix: String,
    reserved: Vec<String>,
    allowed_events: BTreeSet<String>,
    short_event: String,
    /// True for each first byte of an undecoded key about which there may be a finding.
    notable: [bool; 256],
    /// The trait that is mapped to the language.
    language: Option<FieldSlot>,
    language_operation: String,
    language_traits: Vec<FieldSlot>,
    languages: BTreeSet<String>,
    channels: Channels,
    event_reserved: CodeId,
    trait_reserved: CodeId,
    language_invalid: CodeId,
    language_unmapped: CodeId,
    traits_level: CodeId,
}

/// The part of a fix for a trait whose value is no language.
const SEND_A_CODE: &str = ", and send a code of two lower-case letters in it, such as en or hi";

pub(crate) fn build(parts: &mut RuleParts<'_>) -> Result<Box<dyn Rules>, SettingsError> {
    let data: ChannelTable = parts.data();
    let language = parts.settings.text("preferred_language_key");
    let language_traits = data.language_traits.iter();
    let prefixed = parts.name("prefixed");
    let channels = Channels::new(parts, data.channel);
    let heads = data.reserved.iter().filter_map(|head| head.bytes().next());
    let heads = heads.flat_map(|head| [head, head.to_ascii_uppercase()]);
    let mut notable = [false; 256];
    // an escape sequence may stand for any first byte
    for byte in channels.beginnings().chain(heads).chain([b'\\']) {
        notable[byte as usize] = true;
    }
    Ok(Box::new(SuprSend {
        notable,
        event: parts.slot("/event"),
        traits: parts.listed("/traits"),
        context_traits: parts.slot("/context/traits"),
        prefixed: parts.settings.flag("add_prefix").then_some(prefixed),
        event_prefix: data.event_prefix,
        reserved: data.reserved,
        allowed_events: data.allowed_events,
        short_event: data.short_event,
        language: language.map(|name| parts.slot(&pointer::push("/traits", name))),
        language_operation: data.language_operation,
        language_traits: language_traits
            .map(|name| parts.slot(&pointer::push("/traits", name)))
            .collect(),
        languages: data.languages,
        channels,
        event_reserved: parts.code("T-EVENT-RESERVED"),
        trait_reserved: parts.code("I-TRAIT-RESERVED"),
        language_invalid: parts.code("I-LANGUAGE-INVALID"),
        language_unmapped: parts.code("I-LANGUAGE-UNMAPPED"),
        traits_level: parts.code("I-TRAITS-LEVEL"),
    }))
}

impl Rules for SuprSend {
    fn before(&self, evaluation: &mut Evaluation<'_>) -> Flow {
        if evaluation.kind == CallType::Track {
            self.event(evaluation);
        }
        Flow::Go
    }

    fn after(&self, evaluation: &mut Evaluation<'_>) {
        if evaluation.kind != CallType::Identify {
            return;
        }
        let alike = self.names_of_traits(evaluation);
        let language = self.language(evaluation);
        self.channels.check(evaluation, alike);
        self.level(evaluation);
        if evaluation.rendering() {
            self.channels.doubt(evaluation);
            let operations = OutputJson::Array(self.operations(evaluation, language));
            evaluation.change(0, |body| body.set(&["$user_operations"], operations));
        }
        evaluation.extra("channels", |evaluation| self.channels.after_the_call(evaluation));
    }

    fn learn(&self, evaluation: &Evaluation<'_>, lessons: &mut LearnedFacts) {
        if evaluation.kind == CallType::Identify {
            self.channels.learn(evaluation, lessons);
        }
    }
}

impl SuprSend {
    /// Returns the reserved prefix that a name begins with, ignoring case.
    fn reserved(&self, name: &str) -> Option<&str> {
        let begins = |head: &&str| {
            name.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head))
        };
        self.reserved.iter().map(String::as_str).find(begins)
    }

    /// Checks the event's name as it is sent, and sets it if a prefix is added.
    fn event(&self, evaluation: &mut Evaluation<'_>) {
        let Some(event) = evaluation.view.get(self.event).and_then(text_of) else { return };
        let name = match self.prefixed {
            Some(_) => Cow::Owned(format!("{}{event}", self.event_prefix)),
            None => event,
        };
        let place = CallPlace::Slot(self.event);
        let allowed = || self.allowed_events.contains(&*name);
        if let Some(head) = self.reserved(&name).filter(|_| !allowed()) {
            evaluation.find_with(self.event_reserved, place, |words| words.say("reserved", head));
        }
        if name.chars().nth(1).is_none() {
            evaluation.doubt(0, &self.short_event);
        }
        if let Some(prefixed) = self.prefixed {
            evaluation.name(prefixed, FieldValue::Text(name), From::Place(place));
        }
    }

    /// Reports traits with reserved names, and returns those that resemble a channel's.
    fn names_of_traits<'a>(&self, evaluation: &mut Evaluation<'a>) -> Vec<(Val<'a>, &Channel)> {
        let mut alike = Vec::new();
        for (value, slot) in evaluation.view.members(self.traits) {
            let first = value.key_first();
            if !first.is_some_and(|b| self.notable[b as usize]) || value.is_null() {
                continue;
            }
            let key = value.key();
            if let Some(head) = self.reserved(&key) {
                let place = CallPlace::Member(self.traits, value);
                evaluation
                    .find_with(self.trait_reserved, place, |words| words.say("reserved", head));
            }
            alike.extend(self.channels.like(&key, slot).map(|channel| (value, channel)));
        }
        alike
    }

    /// Returns the preferred language, if the call has a valid one, and reports findings about it.
    fn language<'a>(&self, evaluation: &mut Evaluation<'a>) -> Option<(FieldSlot, Val<'a>)> {
        let Some(slot) = self.language else {
            for &slot in &self.language_traits {
                if let Some(value) = evaluation.view.present(slot) {
                    let code = if self.is_language(value) { "" } else { SEND_A_CODE };
                    evaluation.find_with(self.language_unmapped, CallPlace::Slot(slot), |words| {
                        words.phrase("code", code);
                    });
                }
            }
            return None;
        };
        let value = evaluation.view.present(slot)?;
        if self.is_language(value) {
            return Some((slot, value));
        }
        evaluation.find(self.language_invalid, CallPlace::Slot(slot));
        None
    }

    fn is_language(&self, value: Val<'_>) -> bool {
        value.as_str().is_some_and(|code| self.languages.contains(&*code))
    }

    /// Reports traits that are only in `context.traits`, which the vendor does not read.
    fn level(&self, evaluation: &mut Evaluation<'_>) {
        let filled = |slot| {
            let object = evaluation.view.get(slot).filter(|value| value.is_object());
            object.is_some_and(|object| object.children().next().is_some())
        };
        if !filled(self.traits) && filled(self.context_traits) {
            evaluation.find(self.traits_level, CallPlace::Slot(self.context_traits));
        }
    }

    /// Returns `$user_operations`: the traits, the language, the channels.
    fn operations<'a>(
        &self,
        evaluation: &Evaluation<'a>,
        language: Option<(FieldSlot, Val<'a>)>,
    ) -> Vec<OutputJson> {
        let operation = |name: &str, with| OutputJson::Object(vec![(name.to_owned(), with)]);
        let copy = |value, place| evaluation.out(FieldValue::Copy(value), From::Place(place));
        let sent: Vec<(String, OutputJson)> = evaluation
            .view
            .members(self.traits)
            .filter(|(value, _)| !value.is_null() && self.reserved(&value.key()).is_none())
            .map(|(value, _)| {
                (value.key().into_owned(), copy(value, CallPlace::Member(self.traits, value)))
            })
            .collect();
        let mut operations = Vec::new();
        if !sent.is_empty() {
            operations.push(operation("$set", OutputJson::Object(sent)));
        }
        if let Some((slot, value)) = language {
            let set = vec![(self.language_operation.clone(), copy(value, CallPlace::Slot(slot)))];
            operations.push(operation("$set", OutputJson::Object(set)));
        }
        let appends =
            self.channels.operations(evaluation).map(|append| operation("$append", append));
        operations.extend(appends);
        operations
    }
}

#[cfg(test)]
mod tests {
    use crate::vendors::map_line;
    use serde_json::Value;

    /// Compares with errors, warnings and infos, each in the order of the checks, with near misses
    /// in byte order.
    #[test]
    fn findings_come_in_order() {
        let line = r#"{"vendor":"suprsend","settings":{"channel_mapping":{"whatsapp":"wa"}},
            "event":{"type":"identify","userId":7,"traits":{"wa":"1","slackEmail":"s","phone":"2","ss_b":1,
            "email":3,"WhatsApp":"w","locale":"en","$a":1,"language":"hi","E_Mail":"e"}},
            "prior_events":[{"type":"identify","userId":"7","traits":{"wa":"0","phone":"0"}}]}"#;
        let answer: Value = serde_json::from_str(&map_line(line)).expect("an answer is JSON");
        let findings = answer["findings"].as_array().expect("findings").iter();
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or("").to_owned();
        let found: Vec<String> = findings
            .map(|f| text(f, "code").replace("SS-I-", "") + " " + &text(f, "path"))
            .collect();
        assert_eq!(
            found,
            [
                "USER-TYPE /userId",
                "TRAIT-RESERVED /traits/ss_b",
                "TRAIT-RESERVED /traits/$a",
                "CHANNEL-TYPE /traits/email",
                "CHANNEL-UNMAPPED /traits/E_Mail",
                "CHANNEL-UNMAPPED /traits/WhatsApp",
                "CHANNEL-UNMAPPED /traits/slackEmail",
                "LANGUAGE-UNMAPPED /traits/language",
                "LANGUAGE-UNMAPPED /traits/locale",
                "PHONE-FORMAT /traits/phone",
                "PHONE-FORMAT /traits/wa",
                "CHANNEL-APPENDED /traits/phone",
                "CHANNEL-APPENDED /traits/wa",
            ]
        );
    }
}
