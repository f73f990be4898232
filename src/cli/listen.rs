//! `segscope listen`: runs the inspector.

use super::args::{ListenArgs, ScreenArgs};
use super::compare::profile_of_file;
use super::failure::Failure;
use super::key_input::KeyInput;
use super::listener;
use super::output;
use super::plain;
use super::setup;
use super::signals;
use crate::config::{FolderChoices, InputHistory, user_config_file, user_state_folder};
use crate::engine::{Engine, Stats};
use crate::inspector::{self, Alerting, Baseline, Inspector, InspectorOptions, Setup};
use crate::recording;
use crate::report::{calls_words, plural};
use crate::server::Listener;
use crate::tui;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Listens, records, and draws until the user quits.
pub fn run(args: &ListenArgs) -> Result<(), Failure> {
    let flags = args.listener.flags().into_iter().chain(args.inspect.screen.flags()).collect();
    let setup = setup::load(&args.inspect.judge, flags)?;
    let setup = args.inspect.expect.apply(setup)?;
    let (recording, notice) = setup.recording(true)?;
    let engine = setup.live_engine(recording)?;
    if let Some(notice) = notice {
        engine.notice(notice);
    }
    let alerting = inspector::watch_alerts(&setup, &engine).map_err(Failure::blocked)?;
    let listener = listener::start(&setup, &engine, false)?;
    if !listener.addr().ip().is_loopback() {
        // the notice about a new token is shown with it
        let notice = engine.stats().problem.map_or(String::new(), |notice| format!("; {notice}"));
        engine.notice(format!("listening on {}{notice}", listener.reach()));
    }
    draw(setup, &args.inspect.screen, &engine, Some(listener), alerting, KeyInput::Stdin)
}

/// Draws the inspector, or runs plain mode, until the user quits; then lets open requests finish.
pub fn draw(
    setup: Setup,
    screen: &ScreenArgs,
    engine: &Arc<Engine>,
    listener: Option<Listener>,
    (alerts, alerting): Alerting,
    keys: KeyInput,
) -> Result<(), Failure> {
    screen.filter.read(&setup.vendors)?;
    let baseline = screen.baseline.as_deref().map(|file| baseline(file, &setup)).transpose()?;
    let options = InspectorOptions {
        baseline,
        first_filter: screen.filter.filter.clone(),
        addresses: listener.iter().flat_map(Listener::urls).collect(),
        choices: FolderChoices::of_user(),
        own_files: own_files(),
        notebook: user_state_folder().map(|folder| InputHistory::new(&folder)),
        alerts: Arc::clone(&alerts),
        ..InspectorOptions::default()
    };
    let inspector = Inspector::new(Arc::clone(engine), setup, options);
    let watch = inspector.watch_settings().map_err(Failure::blocked)?;
    if screen.plain || !can_draw(keys) {
        tracing::debug!(is_asked_for = screen.plain, "plain mode");
        let ended = plain::run(&inspector, listener, &alerts, keys);
        drop((watch, alerting));
        return ended;
    }
    let listened = listener.is_some();
    let screen_options = tui::screen_options(&inspector.settings_in_force().1)?;
    signals::end_in_time(tui::give_back).map_err(Failure::blocked)?;
    let ended = tui::run(&inspector, &screen_options);
    match &ended {
        Ok(exit) => tracing::info!(?exit, "the screen ended"),
        Err(_) => tracing::warn!("the screen could not be drawn"),
    }
    drop((watch, alerting));
    if let Some(listener) = listener {
        listener.stop();
    }
    if listened {
        listener::settle(engine);
    }
    ended
        .map(|_| ())
        .map_err(|error| Failure::wrong(format!("the screen cannot be drawn: {error}")))?;
    let stats = engine.stats();
    if listened && stats.requests + stats.unrecorded > 0 {
        output::note(format_args!("{}", summary_words(&stats)));
        if let Some(mirror) = &stats.mirror {
            output::note(format_args!("mirror: {}", mirror.words()));
        }
    }
    Ok(())
}

/// Returns another recording to compare with, which is read while the screen is shown.
fn baseline(file: &Path, setup: &Setup) -> Result<Baseline, Failure> {
    std::fs::metadata(file)
        .map_err(|error| Failure::wrong(format!("--baseline: {}: {error}", file.display())))?;
    let (path, setup) = (file.to_owned(), setup.clone());
    let read = move || profile_of_file(&path, &setup).map_err(|failure| failure.to_string());
    Ok(Baseline { name: file.display().to_string(), read: Box::new(read) })
}

/// Returns the files and folders that the help names.
fn own_files() -> Vec<(&'static str, PathBuf)> {
    let files = [("settings", user_config_file()), ("state folder", user_state_folder())];
    files.into_iter().filter_map(|(name, path)| Some((name, path?))).collect()
}

/// Describes the calls that arrived, those that missed an id, and how to see them again.
fn summary_words(stats: &Stats) -> String {
    let calls = calls_words(stats.calls, stats.repeats);
    let unrecorded = match stats.unrecorded {
        0 => String::new(),
        requests => format!(", {} not recorded", plural(requests, "request")),
    };
    let missing = match stats.missing {
        0 => String::new(),
        missing => format!(", {missing} missing an id"),
    };
    let Some(path) = &stats.recording else {
        return format!("{calls}{missing}{unrecorded}; not saved");
    };
    let files = match recording::part_of(path) {
        Some((stem, number)) if number > 1 => format!("'{}'.*.ndjson", stem.display()),
        _ => format!("'{}'", path.display()),
    };
    // `--last` opens only recordings with calls
    match stats.calls + stats.repeats > 0 && setup::is_in_state_folder(path) {
        true => format!(
            "{calls} recorded{missing}{unrecorded}, in {files}; see them again with: segscope open --last"
        ),
        false => format!(
            "{calls} recorded{missing}{unrecorded}; see them again with: segscope open {files}"
        ),
    }
}

/// Returns true if there is a terminal on which a screen can be drawn.
fn can_draw(keys: KeyInput) -> bool {
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    !dumb && output::is_terminal() && keys.are_there()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_what_was_not_recorded() {
        let stats = Stats { calls: 27, unrecorded: 15, missing: 2, ..Stats::default() };
        let want = "27 calls, 2 missing an id, 15 requests not recorded; not saved";
        assert_eq!(summary_words(&stats), want);
        let stats = Stats { unrecorded: 0, ..stats };
        assert_eq!(summary_words(&stats), "27 calls, 2 missing an id; not saved");
    }
}
