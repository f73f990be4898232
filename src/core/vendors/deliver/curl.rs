//! Outputs as curl command lines, with shell variables instead of keys.

use super::{Filling, How, MASK, NamedSettings, NoDelivery, Trust, next_name, rebased};
use crate::call::credential::without_credentials;
use crate::call::text::visible;
use crate::vendors::engine::rendered::Output;
use crate::vendors::{SettingKind, Vendors};
use std::fmt::Write;

impl Vendors {
    /// Returns an output as a curl command line, with shell variables instead of keys and of
    /// settings that are not set. Comments before it name the headers that are left out, and the
    /// places of keys for which the table names no setting.
    ///
    /// # Errors
    /// Fails as [`Vendors::delivery`] does, because the pasted line sends the same request, but
    /// neither for settings that are not set nor for keys for which the table names no setting.
    pub fn delivery_as_curl(
        &self,
        vendor: usize,
        output: &Output,
        body: &str,
        base: Option<&str>,
        trust: Trust<'_>,
    ) -> Result<String, NoDelivery> {
        let filling = Filling { vendors: self, vendor, body, trust };
        let template = &*output.template;
        filling.check_ids(template)?;
        let url = filling.as_shell_text(&template.url, true)?;
        let url = match base {
            Some(base) => rebased(&url, &in_double_quotes(&without_credentials(base))),
            None => url,
        };
        let no_setting = |place: &str| {
            let vendor = visible(&self.info(vendor).name).into_owned();
            format!(
                "# replace *** in {place} by the key: {vendor}'s table names no setting for it\n"
            )
        };
        let mut comments = String::new();
        if template.url.contains(MASK) {
            comments += &no_setting("the address");
        }
        let mut line = format!("curl -X {} \"{url}\"", output.method);
        for (name, value) in &template.headers {
            let filled = filling.as_shell_text(value, false)?;
            let shown = visible(name);
            match next_name(value).map(|(_, name, _)| NamedSettings::parse(name)) {
                Some(NamedSettings { how: How::Signed, .. }) => {
                    comments +=
                        &format!("# {shown} is left out: it is the HMAC-SHA1 of the body\n");
                }
                _ => write!(line, " -H \"{}: {filled}\"", in_double_quotes(name))
                    .expect("writing to a String cannot fail"),
            }
            if value.contains(MASK) {
                comments += &no_setting(&shown);
            }
        }
        write!(line, " --data-binary '{}'", body.replace('\'', "'\\''"))
            .expect("writing to a String cannot fail");
        Ok(comments + &line)
    }
}

impl Filling<'_> {
    /// Fills in a template as text for double quotes, with shell variables instead of secrets.
    fn as_shell_text(&self, template: &str, in_url: bool) -> Result<String, NoDelivery> {
        let info = self.vendors.info(self.vendor);
        let settings = self.vendors.settings(self.vendor);
        let mut opened = String::new();
        let mut rest = template;
        while let Some((before, name, after)) = next_name(rest) {
            let NamedSettings { keys, how } = NamedSettings::parse(name);
            let mut texts = Vec::new();
            for key in keys {
                if key.is_empty() {
                    texts.push(String::new());
                    continue;
                }
                self.check_trust(key)?;
                let is_secret =
                    info.settings.iter().any(|s| s.key == key && s.kind == SettingKind::Secret);
                // an address with a password is not shown in full, so the user has to fill it in
                let shown = settings.shown(key).filter(|_| !is_secret);
                let shown =
                    shown.filter(|shown| settings.text(key).is_none_or(|text| text == shown));
                texts.push(match shown {
                    Some(text) => {
                        let text = if how == How::Lower { text.to_lowercase() } else { text };
                        let whole = before.is_empty() && opened.is_empty();
                        self.check_value(key, &text, (in_url, whole, after))?;
                        in_double_quotes(&text)
                    }
                    None => format!("${{{}}}", variable(&info.name, key)),
                });
            }
            opened.push_str(&in_double_quotes(before));
            let text = texts.join(":");
            match how {
                How::Base64 => {
                    write!(opened, "$(printf %s \"{text}\" | base64 | tr -d '\\n')")
                        .expect("writing to a String cannot fail");
                }
                _ => opened.push_str(&text),
            }
            rest = after;
        }
        Ok(opened + &in_double_quotes(rest))
    }
}

/// Returns the environment variable that sets a vendor's setting.
pub fn variable(vendor: &str, key: &str) -> String {
    format!("SEGSCOPE_VENDORS_{vendor}_{key}").to_uppercase().replace('-', "_")
}

fn in_double_quotes(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "\"\\$`".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
