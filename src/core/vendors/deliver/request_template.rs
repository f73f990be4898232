//! A request as a vendor's table writes it, before settings are filled in.

use crate::vendors::settings::VendorSettings;

/// What a secret is shown as.
pub(crate) const MASK: &str = "***";

/// A request's address and headers as the vendor's table has them, before settings are filled in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestTemplate {
    pub url: String,
    pub headers: Vec<(String, String)>,
}

/// The settings that a name in a template stands for, and what is done with them.
pub(crate) struct NamedSettings<'n> {
    /// One, but for base64: its text is these, joined by `:`, an empty one for nothing.
    pub(crate) keys: Vec<&'n str>,
    pub(crate) how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    AsIs,
    Lower,
    /// The HMAC-SHA1 of the body with it, in hexadecimal.
    Signed,
    /// In base64, as Basic keys are.
    Base64,
}

impl<'n> NamedSettings<'n> {
    pub(crate) fn parse(name: &'n str) -> NamedSettings<'n> {
        let (keys, how) = match name.rsplit_once(':') {
            Some((key, "lower")) => (vec![key], How::Lower),
            Some((key, "hmac-sha1")) => (vec![key], How::Signed),
            Some((keys, "base64")) => (keys.split(':').collect(), How::Base64),
            _ => (vec![name], How::AsIs),
        };
        NamedSettings { keys, how }
    }
}

/// The settings that a name in a template stands for.
pub(crate) fn settings_of(name: &str) -> impl Iterator<Item = &str> {
    let NamedSettings { keys, how } = NamedSettings::parse(name);
    let keys = if keys.iter().all(|key| key.is_empty()) { vec![name] } else { keys };
    keys.into_iter().filter(move |key| how != How::Base64 || !key.is_empty())
}

/// What may be shown for a name in a template.
pub(crate) fn shown(name: &str, settings: &VendorSettings) -> String {
    let NamedSettings { keys, how } = NamedSettings::parse(name);
    let key = keys.first().copied().unwrap_or_default();
    let shown = || settings.shown(key).unwrap_or_else(|| format!("{{{key}}}"));
    match how {
        // what is in it can be read from it
        How::Base64 => MASK.to_owned(),
        How::Lower => shown().to_lowercase(),
        How::AsIs | How::Signed => shown(),
    }
}

/// Splits a template at its next `{name}`: the text before it, the name, and the text after it.
pub(crate) fn next_name(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}
