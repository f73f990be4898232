//! Calls as a table. A text that a spreadsheet would take for a formula gets an apostrophe before it:
//! text of senders must not run on the machine of a person who opens the file.

use crate::call::text::visible;
use crate::call::time;
use crate::engine::CallDetail;
use crate::vendors::Vendors;
use std::borrow::Cow;
use std::io::{self, Write};

/// The columns before those of the vendors.
const COLUMNS: [&str; 15] = [
    "seq",
    "received_at",
    "type",
    "name",
    "account_id",
    "user_id",
    "anonymous_id",
    "message_id",
    "missing",
    "findings",
    "library",
    "library_version",
    "write_key",
    "status",
    "repeat",
];

/// The columns after those of the vendors.
const LAST_COLUMNS: [&str; 3] = ["service", "service_verdict", "service_code"];

/// A table that is being written.
pub(crate) struct CsvTable;

impl CsvTable {
    /// Writes the heads of the columns: those of each call, then a verdict for each vendor, then
    /// the service's.
    pub(crate) fn begin(
        out: &mut impl Write,
        vendors: &Vendors,
        shown: &[usize],
    ) -> io::Result<CsvTable> {
        let names = shown.iter().map(|at| vendors.info(*at).name.as_str());
        line(out, COLUMNS.into_iter().chain(names).chain(LAST_COLUMNS).map(Cow::Borrowed))?;
        Ok(CsvTable)
    }

    /// Writes a call.
    pub(crate) fn call(
        &mut self,
        out: &mut impl Write,
        call: &CallDetail,
        shown: &[usize],
    ) -> io::Result<()> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (library, version) = call.library.clone().unwrap_or_default();
        let mut codes: Vec<&str> = call.common.iter().map(|finding| &*finding.code).collect();
        let rendered = |at: &usize| call.vendors.iter().find(|(vendor, _)| vendor == at);
        let of = shown.iter().filter_map(rendered).flat_map(|(_, of)| &of.findings);
        codes.extend(of.map(|finding| &*finding.code));
        let verdicts = shown.iter().map(|at| rendered(at).map_or("", |(_, of)| of.verdict.name()));
        let fields = [
            call.seq.0.to_string(),
            time::format_known(call.request.received_at).unwrap_or_default(),
            text(&call.kind),
            text(&call.name),
            text(&call.account_id),
            text(&call.user_id),
            text(&call.anonymous_id),
            text(&call.message_id),
            call.missing.join(" "),
            codes.join(" "),
            library,
            version.unwrap_or_default(),
            text(&call.write_key),
            call.request.status.to_string(),
            call.repeat.to_string(),
        ];
        let service = call.service;
        let last = [service.service.name(), service.name(), service.code.unwrap_or_default()];
        line(out, fields.into_iter().map(Cow::Owned).chain(verdicts.chain(last).map(Cow::Borrowed)))
    }
}

fn line<'f>(out: &mut impl Write, fields: impl Iterator<Item = Cow<'f, str>>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    writer.write_record(fields.map(|field| harmless(&field).into_owned()))?;
    writer.flush()
}

/// Returns a text that no spreadsheet takes for a formula (a number is none) and that contains no
/// command to a terminal.
fn harmless(text: &str) -> Cow<'_, str> {
    let safe = visible(text);
    match safe.starts_with(['=', '+', '-', '@']) && safe.parse::<f64>().is_err() {
        true => Cow::Owned(format!("'{safe}")),
        false => safe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_texts_and_fields_keep_their_signs() {
        for (text, want) in [("=1+1", "'=1+1"), ("@x", "'@x"), ("-12.5", "-12.5"), ("a=b", "a=b")] {
            assert_eq!(harmless(text), want);
        }
        let mut out = Vec::new();
        let fields = ["a,b", "say \"hi\"", "two\nlines", "", "漢"];
        line(&mut out, fields.into_iter().map(Cow::Borrowed)).expect("written");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text, "\"a,b\",\"say \"\"hi\"\"\",two\\nlines,,漢\n");
    }
}
