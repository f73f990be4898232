//! `segscope export`: exports the calls of files for other programs.

use super::args::{ExportArgs, ExportForm};
use super::failure::Failure;
use super::setup;
use super::{check, input, output};
use crate::engine::RowDetail;
use crate::report::{ExportFormat, Exporter};
use std::io::BufWriter;

/// The number of rows that are read at once: a batch is read once for all of its calls.
const CHUNK_ROWS: usize = 64;

/// Writes the calls that pass the filter to standard output.
pub fn run(args: &ExportArgs) -> Result<(), Failure> {
    let setup = setup::load(&args.judge, Vec::new())?;
    let filter = args.filter.read(&setup.vendors)?;
    let engine = setup.engine(input::read(&args.input.files)?)?;
    input::all_read(&engine)?;
    let unreadable = engine.stats().problem;
    let rows = check::wanted(&engine, filter)?;
    let rows = rows.unwrap_or_else(|| (0..engine.rows()).collect());
    let (vendors, shown) = (engine.vendors(), engine.in_use().shown());
    let out = BufWriter::new(output::raw());
    let format = match args.format {
        ExportForm::Ndjson => ExportFormat::Ndjson,
        ExportForm::Har => ExportFormat::Har,
        ExportForm::Curl => ExportFormat::Curl,
        ExportForm::Csv => ExportFormat::Csv,
    };
    let mut exporter = Exporter::begin(out, format, args.with_secrets, &vendors, &shown)?;
    for some in rows.chunks(CHUNK_ROWS) {
        for detail in engine.details_of(some.iter().copied()) {
            // a row may also be a request without a call, which is not exported
            if let RowDetail::Call(call) = detail.map_err(Failure::wrong)? {
                exporter.call(*call)?;
            }
        }
    }
    exporter.end()?;
    tracing::info!(rows = rows.len(), with_secrets = args.with_secrets, "calls were exported");
    unreadable.map_or(Ok(()), |problem| Err(Failure::wrong(problem)))
}
