//! Outputs as they are sent to a vendor, with the user's own keys. Only this module reads secrets.
//! A [`Delivery`] also has the address and the headers in the form that may be shown, and can mask
//! its secrets in a response.

pub(crate) mod address;
mod curl;
pub(crate) mod request_template;

pub use curl::variable;

use super::{SettingKind, Vendors};
use crate::call::credential::without_credentials;
use crate::vendors::deliver::request_template::{
    How, MASK, NamedSettings, RequestTemplate, next_name, settings_of,
};
use crate::vendors::engine::rendered::Output;
use crate::wire::signature;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A request that is ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The method.
    pub method: String,
    /// The address, including keys; it must not be shown.
    pub url: String,
    /// The headers, including keys; they must not be shown.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
    /// The address as it may be shown.
    pub shown_url: String,
    /// The headers as they may be shown.
    pub shown_headers: Vec<(String, String)>,
    secrets: Vec<String>,
}

impl Delivery {
    /// Replaces the keys of this request in a text, because a response may repeat them.
    pub fn masked(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }
}

// a derived implementation would print the keys
impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.shown_url)
    }
}

/// The reason why an output cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDelivery {
    /// A setting that the request needs is not set.
    #[error("{vendor} needs the setting vendors.{vendor}.{key}: {doc}")]
    NotSet {
        /// The vendor's name.
        vendor: String,
        /// The setting.
        key: String,
        /// The description of the setting.
        doc: String,
    },
    /// A setting that determines where keys are sent comes from a source that is not trusted.
    #[error("{0}")]
    NotTrusted(String),
    /// The vendor's table names no setting for a key.
    #[error(
        "{vendor}'s table names no setting for the key of this request, so it cannot be sent from here"
    )]
    NoKey {
        /// The vendor's name.
        vendor: String,
    },
    /// An id of the call would lead to another address.
    #[error(
        "an id of this call is `.` or `..`, which a URL treats as another path, so it cannot be sent to {vendor} from here"
    )]
    IdIsPath {
        /// The vendor's name.
        vendor: String,
    },
    /// A value that is filled in does not fit into a request.
    #[error("vendors.{vendor}.{key} does not fit into a request: expected {expected}")]
    Unfit {
        /// The vendor's name.
        vendor: String,
        /// The setting.
        key: String,
        /// A description of a value that fits.
        expected: &'static str,
    },
}

/// A check whether a setting may be used: it gets the setting's dotted name, and returns an error
/// message if the setting's source is not trusted.
pub type Trust<'t> = &'t dyn Fn(&str) -> Result<(), String>;

impl Vendors {
    /// Prepares an output to be sent to its vendor, or to another base address. Keys, and settings
    /// that determine where they are sent, are used only if `trust` allows it.
    pub fn delivery(
        &self,
        vendor: usize,
        output: &Output,
        body: &str,
        base: Option<&str>,
        trust: Trust<'_>,
    ) -> Result<Delivery, NoDelivery> {
        let filling = Filling { vendors: self, vendor, body, trust };
        let mut secrets = Vec::new();
        let template = &*output.template;
        filling.check_ids(template)?;
        let url = filling.fill(&template.url, true, &mut secrets)?.unwrap_or_default();
        let (mut headers, mut shown_headers) = (Vec::new(), Vec::new());
        for ((name, value), (_, shown)) in template.headers.iter().zip(&output.headers) {
            // a signature header is left out if there is no key to sign with
            if let Some(value) = filling.fill(value, false, &mut secrets)? {
                headers.push((name.clone(), value));
                shown_headers.push((name.clone(), shown.clone()));
            }
        }
        let url = match base {
            Some(base) => rebased(&url, base),
            None => url,
        };
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let mut delivery = Delivery {
            method: output.method.clone(),
            shown_url: String::new(),
            url,
            headers,
            shown_headers,
            body: body.to_owned(),
            secrets,
        };
        delivery.shown_url = without_credentials(&delivery.masked(&delivery.url)).into_owned();
        Ok(delivery)
    }
}

/// A filler of templates that also fills in secrets.
struct Filling<'f> {
    vendors: &'f Vendors,
    vendor: usize,
    body: &'f str,
    trust: Trust<'f>,
}

impl Filling<'_> {
    fn vendor_name(&self) -> String {
        self.vendors.info(self.vendor).name.clone()
    }

    /// Checks that no id of the call is `.` or `..` in the path. At this point, the address has the
    /// ids as they will be sent, but still the names of settings.
    fn check_ids(&self, template: &RequestTemplate) -> Result<(), NoDelivery> {
        match address::leads_elsewhere(&template.url) {
            true => Err(NoDelivery::IdIsPath { vendor: self.vendor_name() }),
            false => Ok(()),
        }
    }

    fn check_trust(&self, key: &str) -> Result<(), NoDelivery> {
        (self.trust)(&format!("vendors.{}.{key}", self.vendors.info(self.vendor).name))
            .map_err(NoDelivery::NotTrusted)
    }

    /// Checks that a value fits into an address or a header. `place` is a tuple: true if the value
    /// is in an address, true if nothing precedes it there, and the text that follows it.
    fn check_value(
        &self,
        key: &str,
        value: &str,
        place: (bool, bool, &str),
    ) -> Result<(), NoDelivery> {
        let (in_url, begins, after) = place;
        let unfit = |expected| {
            Err(NoDelivery::Unfit { vendor: self.vendor_name(), key: key.to_owned(), expected })
        };
        if value.chars().any(|c| c.is_control() || !c.is_ascii()) {
            return unfit("ASCII text on one line");
        }
        // a value in an address must not contain characters that change the rest of the address,
        // unless the value is the whole address or all of it before the path
        let whole = begins && (after.is_empty() || after.starts_with('/'));
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if in_url && !whole && !value.chars().all(plain) {
            return unfit("letters, digits, `-`, `.`, `_` and `~` only");
        }
        Ok(())
    }

    /// Fills in the settings of a template. Returns `None` for a signature without a key to sign
    /// with.
    fn fill(
        &self,
        template: &str,
        in_url: bool,
        secrets: &mut Vec<String>,
    ) -> Result<Option<String>, NoDelivery> {
        let info = self.vendors.info(self.vendor);
        if template.contains(MASK) {
            return Err(NoDelivery::NoKey { vendor: self.vendor_name() });
        }
        let settings = self.vendors.settings(self.vendor);
        let (mut out, mut own) = (String::new(), Vec::new());
        let mut rest = template;
        while let Some((before, name, after)) = next_name(rest) {
            let NamedSettings { keys, how } = NamedSettings::parse(name);
            let mut values = Vec::new();
            for key in keys {
                if key.is_empty() {
                    values.push("");
                    continue;
                }
                self.check_trust(key)?;
                let def = info.settings.iter().find(|def| def.key == key);
                let value = match (settings.text(key), how) {
                    (Some(value), _) => value,
                    (None, How::Signed) => return Ok(None),
                    (None, _) => {
                        return Err(NoDelivery::NotSet {
                            vendor: self.vendor_name(),
                            key: key.to_owned(),
                            doc: def.map_or_else(String::new, |def| def.doc.clone()),
                        });
                    }
                };
                self.check_value(key, value, (false, false, after))?;
                if def.is_some_and(|def| def.kind == SettingKind::Secret) && !value.is_empty() {
                    own.push(value.to_owned());
                }
                values.push(value);
            }
            let value = values.join(":");
            let filled = match how {
                How::AsIs => value,
                How::Lower => value.to_lowercase(),
                How::Signed => signature::sign(self.body.as_bytes(), &value),
                How::Base64 => STANDARD.encode(value),
            };
            let key = settings_of(name).next().unwrap_or(name);
            let begins = before.is_empty() && out.is_empty();
            self.check_value(key, &filled, (in_url, begins, after))?;
            if !filled.is_empty() && (how == How::Base64 || !own.is_empty()) {
                own.push(filled.clone());
            }
            secrets.append(&mut own);
            out.push_str(before);
            out.push_str(&filled);
            rest = after;
        }
        out.push_str(rest);
        Ok(Some(out))
    }
}

/// Replaces the scheme, host and port of an address.
fn rebased(url: &str, base: &str) -> String {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after.find('/').map_or("", |at| &after[at..]);
    format!("{}{path}", base.trim_end_matches('/'))
}

#[cfg(test)]
mod tests;
