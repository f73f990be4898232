//! `segscope map`: runs only the mapper, for scripts.

use super::args::MapArgs;
use super::failure::Failure;
use super::output;
use crate::inspector::SettingsSource;
use crate::vendors::Mapper;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};

/// The maximum length of a line. A longer one ends the command, because it may have no end.
const MAX_LINE_BYTES: u64 = 16 << 20;

/// Reads one JSON object per line, and writes one per line.
pub fn run(args: &MapArgs) -> Result<(), Failure> {
    let mut out = BufWriter::new(output::json());
    let mut input = BufReader::new(std::io::stdin());
    let source =
        SettingsSource { vendor_files: args.vendor_file.clone(), ..SettingsSource::of_user() };
    let mut mapper = Mapper::with_files(source.vendor_files()?)?;
    let (mut line, mut number) = (Vec::new(), 0u64);
    loop {
        // a caller may wait for each answer before it writes the next line
        if !input.buffer().contains(&b'\n') {
            out.flush()?;
        }
        line.clear();
        let read =
            input.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut line).map_err(
                |error| Failure::wrong(format!("could not read standard input: {error}")),
            )?;
        if read == 0 {
            return Ok(out.flush()?);
        }
        number += 1;
        if read as u64 > MAX_LINE_BYTES {
            out.flush()?;
            let megabytes = MAX_LINE_BYTES >> 20;
            return Err(Failure::wrong(format!(
                "standard input: line {number} is longer than {megabytes} MB"
            )));
        }
        // some programs begin a file with a byte order mark
        let text = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line).trim_ascii();
        match std::str::from_utf8(text) {
            Ok("") => {}
            Ok(text) => writeln!(out, "{}", mapper.line(text))?,
            Err(error) => {
                let column = error.valid_up_to() + 1;
                let error = format!("the line is not UTF-8 (byte {column})");
                writeln!(out, "{}", serde_json::json!({ "error": error }))?;
            }
        }
    }
}
