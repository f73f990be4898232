//! `segscope open`: the inspector over files.

use super::args::OpenArgs;
use super::failure::Failure;
use super::listen::draw;
use super::setup::Setup;

/// Reads the files in their order and draws the inspector over them.
pub fn run(args: &OpenArgs) -> Result<(), Failure> {
    let setup = Setup::new(&args.judge, args.screen.flags())?;
    let pipeline = setup.pipeline(super::input::read(&args.files)?)?;
    draw(&setup, &pipeline, &[], None)
}
