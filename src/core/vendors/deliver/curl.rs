//! An output as a line for the shell, with variables in place of keys.

use super::{Filling, How, NamedSettings, NoDelivery, Trust, next_name, rebased};
use crate::call::credential::without_credentials;
use crate::call::text::visible;
use crate::vendors::engine::rendered::Output;
use crate::vendors::{SettingKind, Vendors};
use std::fmt::Write;

impl Vendors {
    /// An output as a curl line, with variables of the shell in place of keys and of what is not set.
    ///
    /// # Errors
    /// Fails where sending would, but for what is not set: a pasted line sends the same.
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
        let mut line = format!("curl -X {} \"{url}\"", output.method);
        for (name, value) in &template.headers {
            let filled = filling.as_shell_text(value, false)?;
            match next_name(value).map(|(_, name, _)| NamedSettings::parse(name)) {
                Some(NamedSettings { how: How::Signed, .. }) => {
                    let name = visible(name);
                    line = format!("# {name} is left out: it is the HMAC-SHA1 of the body\n{line}")
                }
                _ => write!(line, " -H \"{}: {filled}\"", in_double_quotes(name))
                    .expect("writing to a String cannot fail"),
            }
        }
        write!(line, " --data-binary '{}'", body.replace('\'', "'\\''"))
            .expect("writing to a String cannot fail");
        Ok(line)
    }
}

impl Filling<'_> {
    /// A template for a text in double quotes: settings in it, and variables in place of secrets.
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
                // an address whose password is not shown is the user's to fill in
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

/// The environment variable that sets a vendor's setting.
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
