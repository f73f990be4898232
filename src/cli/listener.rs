//! Starts the listener of a command.

use super::failure::Failure;
use super::{faults, filter_doubts, forward, intercept, output, setup, tls};
use crate::call::text::visible;
use crate::engine::{Engine, Settling, UnsentRecording};
use crate::inspector::Setup;
use crate::report::plural;
use crate::server::{ApiToken, InterceptOptions, Listen, Listener, Options};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The time after which a command says why it has not ended yet.
const SILENT_TIME: Duration = Duration::from_millis(500);

/// Starts to listen at the address of the settings, or on a free port of this machine.
pub fn start(setup: &Setup, engine: &Arc<Engine>, any_port: bool) -> Result<Listener, Failure> {
    let text = if any_port {
        "127.0.0.1:0"
    } else {
        setup.settings.text("listen").unwrap_or("127.0.0.1:0")
    };
    let token = match setup.settings.text("token_file").filter(|_| !any_port) {
        Some(file) => Some(token(Path::new(file), engine)?),
        None => None,
    };
    let live = match any_port {
        true => Options::default(),
        false => {
            let (faults, fault_seed) = faults::options(setup)?;
            let certificates = tls::certificates(setup, |notice| engine.notice(notice))?;
            let (forward, mirror) = (forward::options(setup)?, forward::mirror_options(setup)?);
            let page_loads = forward::page_load_options(setup)?;
            let intercept = intercept::options(setup, |notice| engine.notice(notice))?;
            Options {
                forward,
                mirror,
                page_loads,
                certificates,
                intercept,
                faults,
                fault_seed,
                ..Options::default()
            }
        }
    };
    if !any_port {
        filter_doubts::tell(setup, engine);
    }
    if live.mirror.is_some() && setup.settings.text("record").is_none() {
        tell_unsent(engine);
    }
    start_at(text, setup, engine, Options { token, ..live })
}

/// Waits until everything that arrived is checked, and says so if that takes long.
pub fn settle(engine: &Engine) {
    let mut settling = Settling::default();
    if engine.settle_for(&mut settling, SILENT_TIME) {
        return;
    }
    let lag = engine.stats().lag_bytes;
    output::note(format_args!("segscope: checks the last {lag} bytes of the recording"));
    while !engine.settle_for(&mut settling, SILENT_TIME) {}
}

/// Notifies the user of earlier recordings that a mirror has not sent completely, because a new recording
/// has a mirror of its own.
fn tell_unsent(engine: &Engine) {
    let unsent = setup::unsent_recordings();
    let Some(UnsentRecording { path, url, bytes }) = unsent.first() else { return };
    let more = match unsent.len() - 1 {
        0 => String::new(),
        more => format!(" (and of {})", plural(more as u64, "earlier recording")),
    };
    engine.notice(format!(
        "{bytes} bytes of the last recording{more} are not sent to {} yet; this sends them: segscope --record '{}' --keep 10GB --mirror {}",
        visible(url),
        visible(&path.display().to_string()),
        visible(url)
    ));
}

/// Starts to listen at the address of the settings, with this token, and as a proxy if `intercept` is
/// given.
pub fn start_with_token(
    setup: &Setup,
    engine: &Arc<Engine>,
    token: ApiToken,
    intercept: Option<InterceptOptions>,
) -> Result<Listener, Failure> {
    let text = setup.settings.text("listen").unwrap_or("127.0.0.1:0");
    start_at(text, setup, engine, Options { token: Some(token), intercept, ..Options::default() })
}

fn start_at(
    text: &str,
    setup: &Setup,
    engine: &Arc<Engine>,
    options: Options,
) -> Result<Listener, Failure> {
    let listen =
        Listen::parse(text, setup.settings.is_on("allow_remote")).map_err(Failure::wrong)?;
    let options = Options { listen, ..options };
    Listener::start(&options, Arc::clone(engine)).map_err(Failure::blocked)
}

/// Reads the token from a file, which is created if it does not exist.
fn token(file: &Path, engine: &Engine) -> Result<ApiToken, Failure> {
    let (token, is_new) = ApiToken::from_file(file).map_err(Failure::wrong)?;
    if is_new {
        engine.notice(format!("wrote a new token to {}", file.display()));
    }
    Ok(token)
}
