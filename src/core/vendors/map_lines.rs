//! The mapper behind `segscope map`: one JSON object in, one JSON object out, each on one line
//! (`docs/specs/vendors.md` H). Unknown members are ignored.

use crate::call::{Doc, Event, Seq, Val, time};
use crate::vendors::planhat::sync;
use crate::vendors::{Judgement, OutputJson, VendorError, VendorFile, Vendors};
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// The maximum number of vendors that are kept for later lines, each with its settings.
const MAX_KEPT_VENDORS: usize = 16;
/// The maximum size of the settings of a kept vendor. A vendor with longer settings is dropped after
/// its line, so that it takes no memory while other lines are mapped.
const MAX_KEPT_SETTINGS_BYTES: usize = 64 * 1024;

/// Maps one line on its own. An invalid line also returns a line: `{"error": …}`.
pub fn map_line(line: &str) -> String {
    Mapper::default().line(line)
}

/// A mapper of many lines. It reads a vendor's table once for all lines with the same settings,
/// because reading it takes most of the time of a line. No other state is shared by lines.
#[derive(Debug, Default)]
pub struct Mapper {
    /// the vendors of the user's files
    files: Vec<VendorFile>,
    /// the kept vendors; the one used last is at the end
    kept: Vec<MapMemory>,
}

#[derive(Debug)]
struct MapMemory {
    name: String,
    settings: String,
    vendors: Rc<Vendors>,
}

impl Mapper {
    /// Creates a mapper that also maps to the vendors of these files.
    ///
    /// # Errors
    /// Fails if a file does not describe a vendor.
    pub fn with_files(files: Vec<VendorFile>) -> Result<Mapper, VendorError> {
        Vendors::new(&Map::new(), &files)?;
        Ok(Mapper { files, kept: Vec::new() })
    }

    /// Maps one line, as [`map_line`] does.
    pub fn line(&mut self, line: &str) -> String {
        map_with(line, self).unwrap_or_else(|error| json!({ "error": error }).to_string())
    }

    /// Returns the vendor of this name with these settings.
    pub(crate) fn vendors(
        &mut self,
        name: &str,
        settings: Option<Val<'_>>,
    ) -> Result<Rc<Vendors>, String> {
        let text = settings.map_or("", |settings| settings.raw());
        let same = |kept: &MapMemory| kept.name == name && kept.settings == text;
        if let Some(at) = self.kept.iter().position(same) {
            self.kept[at..].rotate_left(1);
            return Ok(Rc::clone(&self.kept[self.kept.len() - 1].vendors));
        }
        let vendors = Rc::new(build_vendors(name, settings, &self.files)?);
        if text.len() <= MAX_KEPT_SETTINGS_BYTES {
            if self.kept.len() == MAX_KEPT_VENDORS {
                self.kept.remove(0);
            }
            let (name, settings) = (name.to_owned(), text.to_owned());
            self.kept.push(MapMemory { name, settings, vendors: Rc::clone(&vendors) });
        }
        Ok(vendors)
    }
}

fn map_with(line: &str, mapper: &mut Mapper) -> Result<String, String> {
    let doc = Doc::parse(line).map_err(|error| error.to_string())?;
    let input = doc.root();
    if !input.is_object() {
        return Err("a line is a JSON object with `vendor` and `event`".to_owned());
    }
    let vendor = text(input, "vendor")?.ok_or("`vendor` is missing")?;
    if vendor == sync::NAME {
        return sync::mapped(input, mapper);
    }
    let event = input.get("event").ok_or("`event` is missing")?;
    let vendors = mapper.vendors(&vendor, input.get("settings"))?;
    let mut memory = vendors.memory();
    let mut judgement = Judgement::default();
    let mut seq = Seq(0);
    let prior = input.get("prior_events").filter(|prior| !prior.is_null());
    if prior.is_some_and(|prior| !prior.is_array()) {
        return Err("`prior_events` is a list".to_owned());
    }
    for call in prior.into_iter().flat_map(|prior| prior.children()).chain([event]) {
        seq.0 += 1;
        vendors.judge(&Event::bare(call), seq, &mut memory, &mut judgement);
    }
    let mut rendered = vendors.render(0, &Event::bare(event), seq, &memory);
    if let Some(at) = text(input, "flush_at")? {
        let at = time::parse(&at)
            .ok_or_else(|| format!("`flush_at` is not a time like 2024-05-01T11:00:00Z: {at}"))?;
        let records = vendors.idle_flush(at, &mut memory).into_iter();
        let records = records.map(|flushed| flushed.record.out());
        rendered.extras.push(("flush_derived", OutputJson::Array(records.collect())));
    }
    serde_json::to_string(&rendered).map_err(|error| error.to_string())
}

fn build_vendors(
    name: &str,
    settings: Option<Val<'_>>,
    files: &[VendorFile],
) -> Result<Vendors, String> {
    let mut all = Map::new();
    if let Some(settings) = settings {
        let value: Value =
            serde_json::from_str(settings.raw()).map_err(|error| error.to_string())?;
        all.insert(name.to_owned(), value);
    }
    let vendors = Vendors::only(&[name], &all, files).map_err(|error| error.to_string())?;
    if vendors.is_empty() {
        return Err(format!(
            "no vendor is named `{name}`; `segscope vendors list` lists them, and `--vendor-file FILE` adds one"
        ));
    }
    Ok(vendors)
}

/// Returns a member of a line that is a string.
pub(crate) fn text(input: Val<'_>, key: &str) -> Result<Option<String>, String> {
    match input.get(key).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) => match value.as_str() {
            Some(text) => Ok(Some(text.into_owned())),
            None => Err(format!("`{key}` must be a string")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_KEPT_SETTINGS_BYTES, MAX_KEPT_VENDORS, Mapper, map_line};

    fn line(domain: &str) -> String {
        let event = r#"{"type":"group","traits":{"account_id":"a"}}"#;
        let settings = format!(r#"{{"domain":"{domain}"}}"#);
        format!(r#"{{"vendor":"customersuccessbox","settings":{settings},"event":{event}}}"#)
    }

    #[test]
    fn lines_with_other_settings_between_them_are_answered_alike() {
        let mut mapper = Mapper::default();
        for round in 0..3 {
            for number in [0, 1, 0, 2, MAX_KEPT_VENDORS, MAX_KEPT_VENDORS + 1, 1, 0] {
                let line = line(&number.to_string());
                assert_eq!(mapper.line(&line), map_line(&line), "{round} {number}");
            }
        }
        let none = r#"{"vendor":"customersuccessbox","settings":{"domin":"a"},"event":{}}"#;
        assert_eq!(mapper.line(none), map_line(none), "what is wrong is said each time");
        assert_eq!(mapper.line(none), map_line(none));
    }

    #[test]
    fn a_stream_of_many_settings_keeps_the_last_used_few() {
        let mut mapper = Mapper::default();
        mapper.line(&line("first"));
        for number in 0..3 * MAX_KEPT_VENDORS {
            mapper.line(&line(&number.to_string()));
            mapper.line(&line("first"));
        }
        assert_eq!(mapper.kept.len(), MAX_KEPT_VENDORS);
        let kept = |domain: &str| mapper.kept.iter().any(|kept| kept.settings.contains(domain));
        assert!(kept("first") && kept(&format!("{}", 3 * MAX_KEPT_VENDORS - 1)) && !kept("\"0\""));
        mapper.line(&line(&"a".repeat(MAX_KEPT_SETTINGS_BYTES)));
        assert!(mapper.kept.iter().all(|kept| kept.settings.len() < 100));
    }

    #[test]
    fn members_that_a_line_does_not_have_are_passed_over() {
        let plain = line("acme");
        let more = plain.replacen('{', r#"{"name":"case 7","sync_requests":3,"#, 1);
        assert_eq!(map_line(&more), map_line(&plain));
    }
}
