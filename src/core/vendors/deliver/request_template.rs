//! Requests as a vendor's table defines them, before settings are filled in.

use crate::vendors::settings::VendorSettings;

/// The text that is shown instead of a secret.
pub(crate) const MASK: &str = "***";

/// The address and headers of a request as the vendor's table defines them, before settings are
/// filled in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RequestTemplate {
    pub url: String,
    pub headers: Vec<(String, String)>,
}

/// The settings that a name in a template refers to, and the conversion of their values.
pub(crate) struct NamedSettings<'n> {
    /// The keys of the settings: one, except for base64, which encodes the values joined by `:`. An
    /// empty key has an empty value.
    pub(crate) keys: Vec<&'n str>,
    pub(crate) how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    AsIs,
    Lower,
    /// The HMAC-SHA1 of the body in hexadecimal, with the setting as its key.
    Signed,
    /// Base64, as in Basic authentication.
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

/// Returns the keys of the settings that a name in a template refers to.
pub(crate) fn settings_of(name: &str) -> impl Iterator<Item = &str> {
    let NamedSettings { keys, how } = NamedSettings::parse(name);
    let keys = if keys.iter().all(|key| key.is_empty()) { vec![name] } else { keys };
    keys.into_iter().filter(move |key| how != How::Base64 || !key.is_empty())
}

/// Returns the text that may be shown for a name in a template.
pub(crate) fn shown(name: &str, settings: &VendorSettings) -> String {
    let NamedSettings { keys, how } = NamedSettings::parse(name);
    let key = keys.first().copied().unwrap_or_default();
    let shown = || settings.shown(key).unwrap_or_else(|| format!("{{{key}}}"));
    match how {
        // base64 is no protection: it can be decoded
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
