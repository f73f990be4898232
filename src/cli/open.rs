//! `segscope open`: runs the inspector on files.

use super::args::OpenArgs;
use super::failure::Failure;
use super::input;
use super::key_input::KeyInput;
use super::listen::draw;
use super::setup;
use crate::inspector::Alerting;

/// The size below which files are read completely before the screen opens, so that a line that is not a
/// call is an error. In larger files such a line is skipped, and the screen says so.
const SMALL_BYTES: u64 = 4 << 20;

/// Reads the files in their order and draws the inspector over them.
pub fn run(args: &OpenArgs) -> Result<(), Failure> {
    let flags = args.inspect.screen.flags().into_iter().chain(args.recording.flags()).collect();
    let setup = setup::load(&args.inspect.judge, flags)?;
    let setup = args.inspect.expect.apply(setup)?;
    let files = match args.last {
        Some(nth) => setup::last_recording(nth.into())?,
        None => args.files.clone(),
    };
    let recording = match (&files[..], args.follow) {
        ([file], true) if input::is_stream(file) => {
            let (mut recording, notice) = setup.recording(true)?;
            recording.add_stream(file)?;
            let engine = setup.engine(recording)?;
            notice.into_iter().for_each(|notice| engine.notice(notice));
            let keys = KeyInput::beside(file);
            return draw(setup, &args.inspect.screen, &engine, None, Alerting::default(), keys);
        }
        ([file], true) => input::follow(file)?,
        (_, true) if args.last.is_some() => {
            return Err(Failure::wrong(
                "--follow: the newest recording has several parts; give FILE",
            ));
        }
        (_, true) => return Err(Failure::wrong("--follow: give one FILE to follow")),
        (files, false) => input::open(files)?,
    };
    let mut recording = recording;
    recording.take_remarks().map_err(Failure::blocked)?;
    let notes = recording.notes().to_vec();
    let small = recording.unread_bytes() < SMALL_BYTES;
    let engine = setup.engine(recording)?;
    engine.show_notes(&notes);
    if small {
        input::settle(&engine)?;
    }
    let alerting = Alerting::default();
    draw(setup, &args.inspect.screen, &engine, None, alerting, KeyInput::Stdin)
}
