//! `segscope open`: the inspector over files.

use super::args::OpenArgs;
use super::failure::Failure;
use super::listen::draw;
use super::setup::Setup;
use crate::journal::Journal;
use crate::pipeline::{FileItem, Recording, read_file};

/// Reads the files in their order and draws the inspector over them. Nothing is written to them.
pub fn run(args: &OpenArgs) -> Result<(), Failure> {
    let setup = Setup::new(&args.judge, args.screen.flags())?;
    let mut recording = Recording::default();
    let mut calls = Vec::new();
    for path in &args.files {
        match read_file(path).map_err(Failure::wrong)? {
            FileItem::Recording { file, whole_lines_bytes } => {
                recording.add_file(path, file, whole_lines_bytes)
            }
            FileItem::Calls(more) => calls.extend(more),
        }
    }
    if !calls.is_empty() {
        recording
            .set_journal(Journal::nameless().map_err(Failure::blocked)?)
            .map_err(Failure::blocked)?;
        recording.add_calls(calls.iter().map(String::as_str)).map_err(Failure::blocked)?;
    }
    let pipeline = setup.pipeline(recording)?;
    draw(&setup, &pipeline, &[], None)
}
