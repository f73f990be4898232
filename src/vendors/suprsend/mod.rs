//! SuprSend: traits become user properties, some of them also the language and channels, and a
//! channel keeps every value that it ever had.

mod channels;

use super::codes::CodeId;
use super::rules::{Flow, Lessons, Parts, Rules};
use super::settings::SettingsError;
use super::vendor::Name;
use crate::call::{CallType, Val, pointer};
use crate::findings::identity::text_of;
use crate::vendors::engine::evaluation::{Cx, From, Place, Value};
use crate::vendors::engine::field_slots::Spot;
use crate::vendors::engine::output_json::Out;
use channels::{Channel, ChannelData, Channels};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What the vendor's table has under `[data]`.
#[derive(Deserialize)]
struct Data {
    event_prefix: String,
    /// Beginnings of names that the vendor keeps for itself.
    reserved: Vec<String>,
    /// Names of events that begin so and are allowed all the same.
    allowed_events: BTreeSet<String>,
    /// What is doubtful about an event's name of one character.
    short_event: String,
    language_operation: String,
    /// Traits that look like the language.
    language_traits: Vec<String>,
    languages: BTreeSet<String>,
    channel: Vec<ChannelData>,
}

struct SuprSend {
    event: Spot,
    traits: Spot,
    context_traits: Spot,
    /// The event's name with the prefix, if it gets one.
    prefixed: Option<Name>,
    event_prefix: String,
    reserved: Vec<String>,
    allowed_events: BTreeSet<String>,
    short_event: String,
    /// What a trait's key begins with, as it came, if there may be something to tell about it.
    notable: [bool; 256],
    /// The trait that is mapped to the language.
    language: Option<Spot>,
    language_operation: String,
    language_traits: Vec<Spot>,
    languages: BTreeSet<String>,
    channels: Channels,
    event_reserved: CodeId,
    trait_reserved: CodeId,
    language_invalid: CodeId,
    language_unmapped: CodeId,
    traits_level: CodeId,
}

pub(crate) fn build(parts: &mut Parts<'_>) -> Result<Box<dyn Rules>, SettingsError> {
    let data: Data = parts.data();
    let language = parts.settings.text("preferred_language_key");
    let language_traits = data.language_traits.iter();
    let prefixed = parts.name("prefixed");
    let channels = Channels::new(parts, data.channel);
    let heads = data.reserved.iter().filter_map(|head| head.bytes().next());
    let heads = heads.flat_map(|head| [head, head.to_ascii_uppercase()]);
    let mut notable = [false; 256];
    // an escape may hide any beginning
    for byte in channels.beginnings().chain(heads).chain([b'\\']) {
        notable[byte as usize] = true;
    }
    Ok(Box::new(SuprSend {
        notable,
        event: parts.spot("/event"),
        traits: parts.listed("/traits"),
        context_traits: parts.spot("/context/traits"),
        prefixed: parts.settings.flag("add_prefix").then_some(prefixed),
        event_prefix: data.event_prefix,
        reserved: data.reserved,
        allowed_events: data.allowed_events,
        short_event: data.short_event,
        language: language.map(|name| parts.spot(&pointer::push("/traits", name))),
        language_operation: data.language_operation,
        language_traits: language_traits
            .map(|name| parts.spot(&pointer::push("/traits", name)))
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
    fn before(&self, cx: &mut Cx<'_>) -> Flow {
        if cx.kind == CallType::Track {
            self.event(cx);
        }
        Flow::Go
    }

    fn after(&self, cx: &mut Cx<'_>) {
        if cx.kind != CallType::Identify {
            return;
        }
        let alike = self.names_of_traits(cx);
        let language = self.language(cx);
        self.channels.check(cx, alike);
        self.level(cx);
        if cx.rendering() {
            self.channels.doubt(cx);
            let operations = Out::Array(self.operations(cx, language));
            cx.change(0, |body| body.set(&["$user_operations"], operations));
        }
        cx.extra("channels", |cx| self.channels.after_the_call(cx));
    }

    fn learn(&self, cx: &Cx<'_>, lessons: &mut Lessons) {
        if cx.kind == CallType::Identify {
            self.channels.learn(cx, lessons);
        }
    }
}

impl SuprSend {
    /// What a name begins with, in whatever case, that the vendor keeps for itself.
    fn reserved(&self, name: &str) -> Option<&str> {
        let begins = |head: &&str| {
            name.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head))
        };
        self.reserved.iter().map(String::as_str).find(begins)
    }

    /// The event's name as it is sent.
    fn event(&self, cx: &mut Cx<'_>) {
        let Some(event) = cx.look.get(self.event).and_then(text_of) else { return };
        let name = match self.prefixed {
            Some(_) => Cow::Owned(format!("{}{event}", self.event_prefix)),
            None => event,
        };
        let place = Place::Spot(self.event);
        let allowed = || self.allowed_events.contains(&*name);
        if let Some(head) = self.reserved(&name).filter(|_| !allowed()) {
            cx.find_with(self.event_reserved, place, |words| words.say("reserved", head));
        }
        if name.chars().nth(1).is_none() {
            cx.doubt(0, &self.short_event);
        }
        if let Some(prefixed) = self.prefixed {
            cx.name(prefixed, Value::Text(name), From::Place(place));
        }
    }

    /// Tells of traits with reserved names; those that look like a channel's come back.
    fn names_of_traits<'a>(&self, cx: &mut Cx<'a>) -> Vec<(Val<'a>, &Channel)> {
        let mut alike = Vec::new();
        for (value, spot) in cx.look.members(self.traits) {
            let first = value.key_first();
            if !first.is_some_and(|b| self.notable[b as usize]) || value.is_null() {
                continue;
            }
            let key = value.key();
            if let Some(head) = self.reserved(&key) {
                let place = Place::Member(self.traits, value);
                cx.find_with(self.trait_reserved, place, |words| words.say("reserved", head));
            }
            alike.extend(self.channels.like(&key, spot).map(|channel| (value, channel)));
        }
        alike
    }

    /// The preferred language, if the call gives a valid one.
    fn language<'a>(&self, cx: &mut Cx<'a>) -> Option<(Spot, Val<'a>)> {
        let Some(spot) = self.language else {
            for &spot in &self.language_traits {
                if cx.look.present(spot).is_some() {
                    cx.find(self.language_unmapped, Place::Spot(spot));
                }
            }
            return None;
        };
        let value = cx.look.present(spot)?;
        if value.as_str().is_some_and(|code| self.languages.contains(&*code)) {
            return Some((spot, value));
        }
        cx.find(self.language_invalid, Place::Spot(spot));
        None
    }

    /// Traits that stand only where the vendor does not look.
    fn level(&self, cx: &mut Cx<'_>) {
        let filled = |spot| {
            let object = cx.look.get(spot).filter(|value| value.is_object());
            object.is_some_and(|object| object.children().next().is_some())
        };
        if !filled(self.traits) && filled(self.context_traits) {
            cx.find(self.traits_level, Place::Spot(self.context_traits));
        }
    }

    /// `$user_operations`: the traits, the language, the channels.
    fn operations<'a>(&self, cx: &Cx<'a>, language: Option<(Spot, Val<'a>)>) -> Vec<Out> {
        let operation = |name: &str, with| Out::Object(vec![(name.to_owned(), with)]);
        let copy = |value, place| cx.out(Value::Copy(value), From::Place(place));
        let sent: Vec<(String, Out)> = cx
            .look
            .members(self.traits)
            .filter(|(value, _)| !value.is_null() && self.reserved(&value.key()).is_none())
            .map(|(value, _)| {
                (value.key().into_owned(), copy(value, Place::Member(self.traits, value)))
            })
            .collect();
        let mut operations = Vec::new();
        if !sent.is_empty() {
            operations.push(operation("$set", Out::Object(sent)));
        }
        if let Some((spot, value)) = language {
            let set = vec![(self.language_operation.clone(), copy(value, Place::Spot(spot)))];
            operations.push(operation("$set", Out::Object(set)));
        }
        let appends = self.channels.operations(cx).map(|append| operation("$append", append));
        operations.extend(appends);
        operations
    }
}

#[cfg(test)]
mod tests {
    use crate::vendors::map_line;
    use serde_json::Value;

    /// Errors, warnings, infos, each in the order of the checks; near misses in byte order.
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
