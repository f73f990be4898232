//! The channels of a user: the traits that fill them, and all values that each has had.

use super::super::code_id::CodeId;
use super::super::rules::{LearnedFacts, RuleParts};
use crate::call::redacted::is_redacted;
use crate::call::{Val, pointer};
use crate::findings::identity::{is_blank, text_of};
use crate::findings::norm;
use crate::vendors::engine::evaluation::{CallPlace, Evaluation, FieldValue, From};
use crate::vendors::engine::field_slots::FieldSlot;
use crate::vendors::engine::output_json::{OutputJson, ValueOrigin};
use crate::vendors::memory::facts::Topic;
use serde::Deserialize;
use std::borrow::Cow;

/// A channel as the vendor's table defines it.
#[derive(Deserialize)]
pub(crate) struct ChannelData {
    name: String,
    /// The path of the value in the operation.
    to: Vec<String>,
    /// The operation's `$id_provider`.
    provider: Option<String>,
    /// True if its values are phone numbers.
    #[serde(default)]
    phone: bool,
    /// A caveat about its operation.
    caveat: Option<String>,
}

pub(crate) struct Channel {
    data: ChannelData,
    /// The trait that is mapped to it.
    from: Option<FieldSlot>,
    /// The trait that SuprSend's document proposes.
    reference: String,
    /// The normalized name of `reference`.
    norm: String,
}

impl Channel {
    /// Returns the value that a call has for the channel: a text that is not blank.
    fn value<'a>(&self, evaluation: &Evaluation<'a>) -> Option<(FieldSlot, Val<'a>, Cow<'a, str>)> {
        let slot = self.from?;
        let value = evaluation.view.present(slot)?;
        Some((slot, value, text_of(value)?))
    }
}

/// All channels, in the order of their operations.
pub(crate) struct Channels {
    list: Vec<Channel>,
    /// The traits that are mapped to channels, each once.
    mapped: Vec<FieldSlot>,
    /// The channels that a key may resemble, by the first letter of the key. Channel `n` has the
    /// bit `n % 32`.
    beginning: [u32; 128],
    traits: FieldSlot,
    kind: CodeId,
    unmapped: CodeId,
    phone: CodeId,
    appended: CodeId,
}

impl Channels {
    pub fn new(parts: &mut RuleParts<'_>, list: Vec<ChannelData>) -> Channels {
        let mapping = parts.settings.map("channel_mapping");
        let references = parts.preset("channel_mapping");
        let channels = list.into_iter().map(|data| {
            let reference = references.get(&data.name).expect("the preset names all channels");
            let mapped = mapping.get(&data.name).filter(|name| !is_blank(name));
            Channel {
                from: mapped.map(|name| parts.slot(&pointer::push("/traits", name))),
                reference: reference.clone(),
                norm: norm(reference).into_owned(),
                data,
            }
        });
        let list: Vec<Channel> = channels.collect();
        let mut mapped: Vec<FieldSlot> = Vec::new();
        for slot in list.iter().filter_map(|channel| channel.from) {
            if !mapped.contains(&slot) {
                mapped.push(slot);
            }
        }
        let mut beginning = [0; 128];
        for (at, channel) in list.iter().enumerate() {
            let first = channel.norm.bytes().next().map(usize::from);
            if let Some(bits) = first.and_then(|first| beginning.get_mut(first)) {
                *bits |= 1 << (at % 32);
            }
        }
        Channels {
            list,
            mapped,
            beginning,
            traits: parts.listed("/traits"),
            kind: parts.code("I-CHANNEL-TYPE"),
            unmapped: parts.code("I-CHANNEL-UNMAPPED"),
            phone: parts.code("I-PHONE-FORMAT"),
            appended: parts.code("I-CHANNEL-APPENDED"),
        }
    }

    /// Returns the channels, each with the topic of its facts.
    fn iter(&self) -> impl Iterator<Item = (Topic, &Channel)> {
        (0..).zip(&self.list)
    }

    /// Returns the channels that a trait is mapped to.
    fn fed_by(&self, from: FieldSlot) -> impl Iterator<Item = (Topic, &Channel)> {
        self.iter().filter(move |(_, channel)| channel.from == Some(from))
    }

    /// Returns the bytes that a key may begin with if it resembles a reference trait.
    pub fn beginnings(&self) -> impl Iterator<Item = u8> {
        let norms = self.list.iter().filter_map(|channel| channel.norm.bytes().next());
        norms.flat_map(|b| [b, b.to_ascii_uppercase()]).chain(SEPARATORS).chain(0x80..=0xff)
    }

    /// Returns the channel that a trait resembles, if the trait is mapped to none.
    pub fn like(&self, key: &str, slot: Option<FieldSlot>) -> Option<&Channel> {
        // most keys differ from all channels in the first letter
        let first = key.bytes().find(|b| !SEPARATORS.contains(b))?.to_ascii_lowercase();
        let may = self.beginning.get(first as usize).copied().unwrap_or(u32::MAX);
        if may == 0 || slot.is_some_and(|slot| self.mapped.contains(&slot)) {
            return None;
        }
        let channels = self.list.iter().enumerate().filter(|(at, _)| may >> (at % 32) & 1 == 1);
        channels.map(|(_, channel)| channel).find(|channel| is_norm(key, &channel.norm))
    }

    /// Reports all findings about channels; `alike` are the traits that resemble a channel's.
    pub fn check<'a>(&self, evaluation: &mut Evaluation<'a>, alike: Vec<(Val<'a>, &Channel)>) {
        self.values(evaluation);
        self.unmapped(evaluation, alike);
        self.new_values(evaluation);
    }

    /// Reports wrong values of mapped traits.
    fn values(&self, evaluation: &mut Evaluation<'_>) {
        for &slot in &self.mapped {
            let Some(value) = evaluation.view.present(slot) else { continue };
            match text_of(value) {
                None => evaluation.find_with(self.kind, CallPlace::Slot(slot), |words| {
                    words.say("channels", names(self.fed_by(slot)));
                }),
                Some(text) => {
                    if self.fed_by(slot).any(|(_, channel)| channel.data.phone)
                        && !is_phone(&text)
                        && !is_redacted(&text)
                    {
                        evaluation.find_with(self.phone, CallPlace::Slot(slot), |words| {
                            words.phrase("phone", phone_words(&text));
                        });
                    }
                }
            }
        }
    }

    /// Reports traits that resemble a channel's and are mapped to none, in byte order.
    fn unmapped<'a>(&self, evaluation: &mut Evaluation<'a>, mut alike: Vec<(Val<'a>, &Channel)>) {
        alike.sort_by(|(a, _), (b, _)| a.key().cmp(&b.key()));
        for (value, channel) in alike {
            evaluation.find_with(self.unmapped, CallPlace::Member(self.traits, value), |words| {
                words.say("channel", &channel.data.name);
                words.say("reference", &channel.reference);
                let is_mapped = channel.from.is_some();
                words.phrase("other", if is_mapped { OR_THE_MAPPED_TRAIT } else { "" });
            });
        }
    }

    /// Reports new values for channels that already have a value.
    fn new_values(&self, evaluation: &mut Evaluation<'_>) {
        let (view, facts, seq) = (evaluation.view, evaluation.facts, evaluation.seq);
        let Some(user) = evaluation.user.clone() else { return };
        for &slot in &self.mapped {
            let Some(value) = view.present(slot).and_then(text_of) else { continue };
            let is_new = |(topic, _): &(Topic, &Channel)| {
                facts.has(*topic, &user.text, &value, seq).is_none()
                    && facts.known_since(*topic, &user.text, seq).is_some()
            };
            if self.fed_by(slot).any(|channel| is_new(&channel)) {
                evaluation.find_with(self.appended, CallPlace::Slot(slot), |words| {
                    words.say("channels", names(self.fed_by(slot).filter(is_new)));
                });
            }
        }
    }

    /// Adds the caveats about the operations of the call, each once.
    pub fn doubt(&self, evaluation: &mut Evaluation<'_>) {
        let mut added: Vec<&str> = Vec::new();
        for channel in &self.list {
            let Some(caveat) = channel.data.caveat.as_deref() else { continue };
            if channel.value(evaluation).is_some() && !added.contains(&caveat) {
                added.push(caveat);
                evaluation.doubt(0, caveat);
            }
        }
    }

    /// Returns the value that each operation appends.
    pub fn operations<'a>(&self, evaluation: &Evaluation<'a>) -> impl Iterator<Item = OutputJson> {
        self.list.iter().filter_map(|channel| {
            let (slot, value, _) = channel.value(evaluation)?;
            let mut append = OutputJson::object();
            append.set(
                &channel.data.to,
                evaluation.out(FieldValue::Copy(value), From::Place(CallPlace::Slot(slot))),
            );
            if let Some(provider) = &channel.data.provider {
                append.set(&["$id_provider"], OutputJson::text(provider, ValueOrigin::Default));
            }
            Some(append)
        })
    }

    /// Returns all values of the user's channels after the call.
    pub fn after_the_call(&self, evaluation: &Evaluation<'_>) -> OutputJson {
        let Some(user) = &evaluation.user else { return OutputJson::object() };
        let channels = self.iter().filter_map(|(topic, channel)| {
            let known = evaluation.facts.known(topic, &user.text, evaluation.seq);
            let mut values: Vec<OutputJson> = known
                .map(|known| OutputJson::text(known.value, ValueOrigin::Memory(known.seq)))
                .collect();
            if let Some((slot, _, value)) = channel.value(evaluation)
                && evaluation.facts.has(topic, &user.text, &value, evaluation.seq).is_none()
            {
                values.push(OutputJson::text(
                    &value,
                    evaluation.origin(From::Place(CallPlace::Slot(slot))),
                ));
            }
            (!values.is_empty()).then(|| (channel.data.name.clone(), OutputJson::Array(values)))
        });
        OutputJson::Object(channels.collect())
    }

    /// Remembers the values that a call adds to a user's channels.
    pub fn learn(&self, evaluation: &Evaluation<'_>, lessons: &mut LearnedFacts) {
        let Some(user) = &evaluation.user else { return };
        for (topic, channel) in self.iter() {
            if let Some((_, _, value)) = channel.value(evaluation) {
                lessons.add(topic, &user.text, &value);
            }
        }
    }
}

/// The part of a fix for a channel that has a trait of another name.
const OR_THE_MAPPED_TRAIT: &str = ", or send the value in the trait that is mapped to it";

fn names<'c>(channels: impl Iterator<Item = (Topic, &'c Channel)>) -> String {
    let names: Vec<&str> = channels.map(|(_, channel)| channel.data.name.as_str()).collect();
    names.join(", ")
}

/// The characters that [`norm`] removes.
const SEPARATORS: [u8; 3] = *b"_- ";

/// Returns true if `norm(key) == wanted`, without allocating, because it runs for keys of every
/// call.
fn is_norm(key: &str, wanted: &str) -> bool {
    if !key.is_ascii() {
        return norm(key) == wanted;
    }
    let letters = key.bytes().filter(|b| !SEPARATORS.contains(b));
    letters.map(|b| b.to_ascii_lowercase()).eq(wanted.bytes())
}

/// Returns true for `+` and 7 to 15 digits, the first of which is not 0.
fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0')
}

/// Describes why a text is not a phone number in international form.
fn phone_words(text: &str) -> &'static str {
    let Some(digits) = text.trim().strip_prefix('+') else {
        return "it has no `+` and country code in front";
    };
    match digits.bytes().filter(u8::is_ascii_digit).count() {
        _ if digits.starts_with('0') => "no country code begins with 0",
        count if count == digits.len() && count < 7 => "it has fewer than 7 digits",
        count if count == digits.len() && count > 15 => "it has more than 15 digits",
        _ => "it has more than `+` and digits in it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_and_norms() {
        for (text, want) in [
            ("+1234567", true),
            ("+123456789012345", true),
            ("+123456", false),
            ("+1234567890123456", false),
            ("+0234567", false),
            ("1234567", false),
            ("+1234567\n", false),
            ("+١٢٣٤٥٦٧٨", false),
            ("", false),
        ] {
            assert_eq!(is_phone(text), want, "{text}");
        }
        for (key, want) in [
            ("slackEmail", true),
            ("SLACK _-EMAIL", true),
            ("slac\u{212a}email", true),
            ("slack.email", false),
            ("slackemails", false),
            ("ŝlackemail", false),
        ] {
            assert_eq!(is_norm(key, "slackemail"), want, "{key}");
            assert_eq!(norm(key) == "slackemail", want, "{key}");
        }
    }
}
