//! Exports of calls for other programs: NDJSON call records, HAR, curl lines, CSV. Write keys are
//! masked unless the user asks for them; other secrets are at most hashes in a recording.

mod csv;
mod curl;
mod har;

pub use curl::curl;

use super::{Escaping, EscapingWriter, call_record};
use crate::engine::CallDetail;
use crate::report::mask_keys::{WriteKeys, mask_call};
use crate::vendors::Vendors;
use std::io::{self, Write};

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Call records, one JSON object per line.
    Ndjson,
    /// The requests that carried the calls, as an HTTP archive.
    Har,
    /// One curl line per call, which sends it again.
    Curl,
    /// One line per call, for tables.
    Csv,
}

impl ExportFormat {
    /// All formats, the most complete first.
    pub const ALL: [ExportFormat; 4] =
        [ExportFormat::Ndjson, ExportFormat::Har, ExportFormat::Curl, ExportFormat::Csv];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            ExportFormat::Ndjson => "ndjson",
            ExportFormat::Har => "har",
            ExportFormat::Curl => "curl",
            ExportFormat::Csv => "csv",
        }
    }

    /// Describes it in a few words.
    pub fn about(self) -> &'static str {
        match self {
            ExportFormat::Ndjson => "call records, one JSON object per line",
            ExportFormat::Har => "the requests that carried the calls, as an HTTP archive",
            ExportFormat::Curl => "one curl line per call, which sends it again",
            ExportFormat::Csv => "one line per call, for tables",
        }
    }

    /// Returns the extension of its files.
    pub fn ending(self) -> &'static str {
        match self {
            ExportFormat::Curl => "sh",
            other => other.name(),
        }
    }
}

/// Writes calls, one after the other.
pub struct Exporter<'e, W: Write> {
    out: EscapingWriter<W>,
    form: FormatWriter,
    with_secrets: bool,
    vendors: &'e Vendors,
    /// The vendors in a record or table, by their places.
    shown: &'e [usize],
}

enum FormatWriter {
    Ndjson,
    Har(har::Har),
    Curl,
    Csv(csv::CsvTable),
}

impl<'e, W: Write> Exporter<'e, W> {
    /// Begins an export and writes its header, if the format has one.
    pub fn begin(
        out: W,
        format: ExportFormat,
        with_secrets: bool,
        vendors: &'e Vendors,
        shown: &'e [usize],
    ) -> io::Result<Exporter<'e, W>> {
        let escaping = match format {
            ExportFormat::Csv => Escaping::Text { color: false },
            // a curl line contains JSON between single quotes
            _ => Escaping::Json,
        };
        let mut out = EscapingWriter::new(out, escaping);
        let form = match format {
            ExportFormat::Ndjson => FormatWriter::Ndjson,
            ExportFormat::Har => FormatWriter::Har(har::Har::begin(&mut out)?),
            ExportFormat::Curl => {
                curl::begin(&mut out)?;
                FormatWriter::Curl
            }
            ExportFormat::Csv => FormatWriter::Csv(csv::CsvTable::begin(&mut out, vendors, shown)?),
        };
        Ok(Exporter { out, form, with_secrets, vendors, shown })
    }

    /// Writes a call.
    pub fn call(&mut self, mut call: CallDetail) -> io::Result<()> {
        let keys = (!self.with_secrets).then(|| WriteKeys::of_call(&call));
        if let (Some(keys), FormatWriter::Har(_) | FormatWriter::Csv(_)) = (&keys, &self.form) {
            mask_call(&mut call, keys);
        }
        let out = &mut self.out;
        match &mut self.form {
            FormatWriter::Ndjson => {
                let record = call_record(&call, self.vendors, self.shown);
                // the outputs of vendors that receive the call itself also contain its keys
                let record = match keys {
                    Some(keys) => keys.mask_json(&record),
                    None => record,
                };
                writeln!(out, "{record}")
            }
            FormatWriter::Har(har) => har.call(out, &call),
            FormatWriter::Curl => curl::call(out, &call, self.with_secrets),
            FormatWriter::Csv(table) => table.call(out, &call, self.shown),
        }
    }

    /// Ends the export and flushes it.
    pub fn end(mut self) -> io::Result<()> {
        if let FormatWriter::Har(har) = self.form {
            har.end(&mut self.out)?;
        }
        self.out.flush()
    }
}
