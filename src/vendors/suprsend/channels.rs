//! A user's channels: which trait fills which, and all values that each ever had.

use super::super::codes::CodeId;
use super::super::rules::{Lessons, Parts};
use crate::call::{Val, pointer};
use crate::findings::identity::{is_blank, text_of};
use crate::findings::norm;
use crate::vendors::engine::evaluation::{Cx, From, Place, Value};
use crate::vendors::engine::field_slots::Spot;
use crate::vendors::engine::output_json::{Origin, Out};
use crate::vendors::memory::facts::Topic;
use serde::Deserialize;
use std::borrow::Cow;

/// A channel as the vendor's table has it.
#[derive(Deserialize)]
pub(crate) struct ChannelData {
    name: String,
    /// Where the operation has the value.
    to: Vec<String>,
    /// The operation's `$id_provider`.
    provider: Option<String>,
    /// Its values are phone numbers.
    #[serde(default)]
    phone: bool,
    /// What is doubtful about its operation.
    caveat: Option<String>,
}

pub(crate) struct Channel {
    data: ChannelData,
    /// The trait that is mapped to it.
    from: Option<Spot>,
    /// The trait that the document proposes.
    reference: String,
    /// The norm of that.
    norm: String,
}

impl Channel {
    /// The value that a call has for it: a text that is not blank.
    fn value<'a>(&self, cx: &Cx<'a>) -> Option<(Spot, Val<'a>, Cow<'a, str>)> {
        let spot = self.from?;
        let value = cx.look.present(spot)?;
        Some((spot, value, text_of(value)?))
    }
}

/// All channels, in the order of their operations.
pub(crate) struct Channels {
    list: Vec<Channel>,
    /// The traits that are mapped to channels, each once.
    mapped: Vec<Spot>,
    /// Which channels a key may look like that begins with a letter: a bit each, going round.
    beginning: [u32; 128],
    traits: Spot,
    kind: CodeId,
    unmapped: CodeId,
    phone: CodeId,
    appended: CodeId,
}

impl Channels {
    pub fn new(parts: &mut Parts<'_>, list: Vec<ChannelData>) -> Channels {
        let mapping = parts.settings.map("channel_mapping");
        let references = parts.preset("channel_mapping");
        let channels = list.into_iter().map(|data| {
            let reference = references.get(&data.name).expect("the preset names all channels");
            let mapped = mapping.get(&data.name).filter(|name| !is_blank(name));
            Channel {
                from: mapped.map(|name| parts.spot(&pointer::push("/traits", name))),
                reference: reference.clone(),
                norm: norm(reference).into_owned(),
                data,
            }
        });
        let list: Vec<Channel> = channels.collect();
        let mut mapped: Vec<Spot> = Vec::new();
        for spot in list.iter().filter_map(|channel| channel.from) {
            if !mapped.contains(&spot) {
                mapped.push(spot);
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

    /// The channels, each with the topic of its facts.
    fn iter(&self) -> impl Iterator<Item = (Topic, &Channel)> {
        (0..).zip(&self.list)
    }

    /// The channels that a trait is mapped to.
    fn of(&self, from: Spot) -> impl Iterator<Item = (Topic, &Channel)> {
        self.iter().filter(move |(_, channel)| channel.from == Some(from))
    }

    /// What a key may begin with if it looks like a reference trait.
    pub fn beginnings(&self) -> impl Iterator<Item = u8> {
        let norms = self.list.iter().filter_map(|channel| channel.norm.bytes().next());
        norms.flat_map(|b| [b, b.to_ascii_uppercase()]).chain(SEPARATORS).chain(0x80..=0xff)
    }

    /// The channel that a trait looks like, if it is mapped to none.
    pub fn like(&self, key: &str, spot: Option<Spot>) -> Option<&Channel> {
        // most keys differ in the first letter
        let first = key.bytes().find(|b| !SEPARATORS.contains(b))?.to_ascii_lowercase();
        let may = self.beginning.get(first as usize).copied().unwrap_or(u32::MAX);
        if may == 0 || spot.is_some_and(|spot| self.mapped.contains(&spot)) {
            return None;
        }
        let channels = self.list.iter().enumerate().filter(|(at, _)| may >> (at % 32) & 1 == 1);
        channels.map(|(_, channel)| channel).find(|channel| is_norm(key, &channel.norm))
    }

    /// All findings about channels; `alike` are the traits that look like a channel's.
    pub fn check<'a>(&self, cx: &mut Cx<'a>, alike: Vec<(Val<'a>, &Channel)>) {
        self.values(cx);
        self.unmapped(cx, alike);
        self.new_values(cx);
    }

    /// What is wrong with the values of mapped traits.
    fn values(&self, cx: &mut Cx<'_>) {
        for &spot in &self.mapped {
            let Some(value) = cx.look.present(spot) else { continue };
            match text_of(value) {
                None => cx.find_with(self.kind, Place::Spot(spot), |words| {
                    words.say("channels", names(self.of(spot)));
                }),
                Some(text) => {
                    if self.of(spot).any(|(_, channel)| channel.data.phone) && !is_phone(&text) {
                        cx.find_with(self.phone, Place::Spot(spot), |words| {
                            words.phrase("phone", phone_words(&text));
                        });
                    }
                }
            }
        }
    }

    /// Traits that look like a channel's and are mapped to none, in byte order.
    fn unmapped<'a>(&self, cx: &mut Cx<'a>, mut alike: Vec<(Val<'a>, &Channel)>) {
        alike.sort_by(|(a, _), (b, _)| a.key().cmp(&b.key()));
        for (value, channel) in alike {
            cx.find_with(self.unmapped, Place::Member(self.traits, value), |words| {
                words.say("channel", &channel.data.name);
                words.say("reference", &channel.reference);
            });
        }
    }

    /// New values for channels that have one already.
    fn new_values(&self, cx: &mut Cx<'_>) {
        let (look, facts, seq) = (cx.look, cx.facts, cx.seq);
        let Some(user) = cx.user.clone() else { return };
        for &spot in &self.mapped {
            let Some(value) = look.present(spot).and_then(text_of) else { continue };
            let is_new = |(topic, _): &(Topic, &Channel)| {
                facts.has(*topic, &user.text, &value, seq).is_none()
                    && facts.first(*topic, &user.text, seq).is_some()
            };
            if self.of(spot).any(|channel| is_new(&channel)) {
                cx.find_with(self.appended, Place::Spot(spot), |words| {
                    words.say("channels", names(self.of(spot).filter(is_new)));
                });
            }
        }
    }

    /// Says what is doubtful about the operations of the call, each doubt once.
    pub fn doubt(&self, cx: &mut Cx<'_>) {
        let mut said: Vec<&str> = Vec::new();
        for channel in &self.list {
            let Some(caveat) = channel.data.caveat.as_deref() else { continue };
            if channel.value(cx).is_some() && !said.contains(&caveat) {
                said.push(caveat);
                cx.doubt(0, caveat);
            }
        }
    }

    /// What each operation appends.
    pub fn operations<'a>(&self, cx: &Cx<'a>) -> impl Iterator<Item = Out> {
        self.list.iter().filter_map(|channel| {
            let (spot, value, _) = channel.value(cx)?;
            let mut append = Out::object();
            append
                .set(&channel.data.to, cx.out(Value::Copy(value), From::Place(Place::Spot(spot))));
            if let Some(provider) = &channel.data.provider {
                append.set(&["$id_provider"], Out::text(provider, Origin::Default));
            }
            Some(append)
        })
    }

    /// All values of the user's channels once the call has come.
    pub fn after_the_call(&self, cx: &Cx<'_>) -> Out {
        let Some(user) = &cx.user else { return Out::object() };
        let channels = self.iter().filter_map(|(topic, channel)| {
            let known = cx.facts.known(topic, &user.text, cx.seq);
            let mut values: Vec<Out> =
                known.map(|known| Out::text(known.value, Origin::Memory(known.seq))).collect();
            if let Some((spot, _, value)) = channel.value(cx)
                && cx.facts.has(topic, &user.text, &value, cx.seq).is_none()
            {
                values.push(Out::text(&value, cx.origin(From::Place(Place::Spot(spot)))));
            }
            (!values.is_empty()).then(|| (channel.data.name.clone(), Out::Array(values)))
        });
        Out::Object(channels.collect())
    }

    /// The values that a call gives to a user's channels.
    pub fn learn(&self, cx: &Cx<'_>, lessons: &mut Lessons) {
        let Some(user) = &cx.user else { return };
        for (topic, channel) in self.iter() {
            if let Some((_, _, value)) = channel.value(cx) {
                lessons.add(topic, &user.text, &value);
            }
        }
    }
}

fn names<'c>(channels: impl Iterator<Item = (Topic, &'c Channel)>) -> String {
    let names: Vec<&str> = channels.map(|(_, channel)| channel.data.name.as_str()).collect();
    names.join(", ")
}

/// What a norm leaves out.
const SEPARATORS: [u8; 3] = *b"_- ";

/// `norm(key) == wanted` without making it, for keys of every call.
fn is_norm(key: &str, wanted: &str) -> bool {
    if !key.is_ascii() {
        return norm(key) == wanted;
    }
    let letters = key.bytes().filter(|b| !SEPARATORS.contains(b));
    letters.map(|b| b.to_ascii_lowercase()).eq(wanted.bytes())
}

/// `+`, then 7 to 15 digits of which the first is not 0.
fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0')
}

/// What keeps a text from being a phone number in international form.
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
