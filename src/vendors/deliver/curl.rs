//! An output as a line for the shell, with variables in place of keys.

use super::{How, Named, next_name, rebased};
use crate::call::text::visible;
use crate::vendors::rendered::Output;
use crate::vendors::{SettingKind, Vendors};
use std::fmt::Write;

impl Vendors {
    /// An output as a curl line, with variables of the shell in place of keys and of what is not set.
    pub fn delivery_as_curl(
        &self,
        vendor: usize,
        output: &Output,
        body: &str,
        base: Option<&str>,
    ) -> String {
        let info = self.info(vendor);
        let settings = self.settings(vendor);
        let fill = |template: &str| {
            let mut opened = String::new();
            let mut rest = template;
            while let Some((before, name, after)) = next_name(rest) {
                opened.push_str(&in_double_quotes(before));
                let Named { keys, how } = Named::of(name);
                let texts = keys.into_iter().map(|key| {
                    let is_secret =
                        info.settings.iter().any(|s| s.key == key && s.kind == SettingKind::Secret);
                    match settings.shown(key).filter(|_| !is_secret) {
                        _ if key.is_empty() => String::new(),
                        Some(text) if how == How::Lower => in_double_quotes(&text.to_lowercase()),
                        Some(text) => in_double_quotes(&text),
                        None => format!("${{{}}}", variable(&info.name, key)),
                    }
                });
                let text = texts.collect::<Vec<_>>().join(":");
                match how {
                    How::Base64 => {
                        write!(opened, "$(printf %s \"{text}\" | base64 | tr -d '\\n')")
                            .expect("writing to a String cannot fail");
                    }
                    _ => opened.push_str(&text),
                }
                rest = after;
            }
            opened + &in_double_quotes(rest)
        };
        let template = &*output.template;
        let url = match base {
            Some(base) => rebased(&fill(&template.url), base),
            None => fill(&template.url),
        };
        let mut line = format!("curl -X {} \"{url}\"", output.method);
        for (name, value) in &template.headers {
            match next_name(value).map(|(_, name, _)| Named::of(name)) {
                Some(Named { how: How::Signed, .. }) => {
                    let name = visible(name);
                    line = format!("# {name} is left out: it is the HMAC-SHA1 of the body\n{line}")
                }
                _ => write!(line, " -H \"{}: {}\"", in_double_quotes(name), fill(value))
                    .expect("writing to a String cannot fail"),
            }
        }
        write!(line, " --data-binary '{}'", body.replace('\'', "'\\''"))
            .expect("writing to a String cannot fail");
        line
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
