//! `segscope map`: the mapper alone, for scripts.

use super::args::MapArgs;
use super::failure::Failure;
use super::setup::vendor_files;
use crate::vendors::Mapper;
use std::io::{BufRead, BufReader, BufWriter, Write};

/// One JSON object in, one out, a line each, as they come.
pub fn run(args: &MapArgs) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut input = BufReader::new(std::io::stdin());
    let mut line = String::new();
    let files = vendor_files(&args.vendor_file)?;
    let mut mapper = Mapper::with_files(files).map_err(Failure::wrong)?;
    loop {
        // whoever asks line by line waits for the answer before the next question
        if !input.buffer().contains(&b'\n') {
            out.flush()?;
        }
        line.clear();
        let read = input
            .read_line(&mut line)
            .map_err(|error| Failure::wrong(format!("could not read standard input: {error}")))?;
        if read == 0 {
            return Ok(out.flush()?);
        }
        if !line.trim().is_empty() {
            writeln!(out, "{}", mapper.line(line.trim()))?;
        }
    }
}
