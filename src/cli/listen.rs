//! `segscope listen`: the inspector.

use super::args::ListenArgs;
use super::failure::Failure;
use super::feed::PipelineFeed;
use super::intake;
use super::live::Live;
use super::looks;
use super::setup::Setup;
use super::tail;
use crate::config::{Choices, Notebook, user_state_folder};
use crate::listener::Listener;
use crate::pipeline::{Pipeline, Recording};
use crate::tui;
use std::io::IsTerminal;
use std::sync::Arc;

/// Listens, records, and draws until the user quits.
pub fn run(args: &ListenArgs) -> Result<(), Failure> {
    if args.plain || !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return tail::plain(args);
    }
    let flags = args.listener.flags().into_iter().chain(args.screen.flags()).collect();
    let setup = Setup::new(&args.judge, flags)?;
    let plan = args.expect.read(&setup)?;
    let (journal, notice) = setup.journal(true)?;
    let pipeline = setup.pipeline(Recording::of_journal(journal).map_err(Failure::blocked)?)?;
    pipeline.expect(plan);
    if let Some(notice) = notice {
        pipeline.notice(notice);
    }
    let listener = intake::listen(&setup, &pipeline, false)?;
    draw(&setup, &pipeline, &[listener.url()], Some(listener))
}

/// Draws the inspector until the user quits, then lets open requests finish.
pub fn draw(
    setup: &Setup,
    pipeline: &Arc<Pipeline>,
    addresses: &[String],
    listener: Option<Listener>,
) -> Result<(), Failure> {
    let notebook = user_state_folder().map(|folder| Notebook::of(&folder));
    let live = Arc::new(Live::new(Arc::clone(pipeline), setup.clone()));
    let watch = live.watch().map_err(Failure::blocked)?;
    let kept = (choices(), notebook);
    let feed = PipelineFeed::new(
        Arc::clone(pipeline),
        live,
        addresses.to_vec(),
        kept,
        looks::arranged(setup),
    );
    let ended = tui::run(Arc::new(feed), &looks::options(setup));
    drop(watch);
    let listened = listener.is_some();
    if let Some(listener) = listener {
        listener.stop();
    }
    if listened {
        pipeline.settle();
    }
    ended
        .map(|_| ())
        .map_err(|error| Failure::wrong(format!("the screen cannot be drawn: {error}")))?;
    let stats = pipeline.stats();
    if let Some(path) = stats.recording.filter(|_| listened && stats.requests > 0) {
        let path = path.display();
        eprintln!("{} calls recorded; see them again with: segscope open '{path}'", stats.calls);
    }
    Ok(())
}

/// Where choices made on the screen are kept, if there is a place for them.
pub fn choices() -> Option<Choices> {
    Some(Choices::of(&user_state_folder()?, &std::env::current_dir().ok()?))
}
