//! The engine as the listener feeds it.

use super::failure::Failure;
use crate::call::time::Millis;
use crate::engine::{Accepted, Engine, WriteTicket};
use crate::inspector::Setup;
use crate::recording::Refused;
use crate::server::{
    ApiToken, BodyError, ConnectionNotice, Health, Intake, Limits, Listen, Listener, Options,
};
use crate::wire::{Reply, RequestHead};
use std::path::Path;
use std::sync::Arc;

/// Hands requests to the engine.
struct PipelineIntake(Arc<Engine>);

impl Intake for PipelineIntake {
    fn take(&self, head: &RequestHead<'_>, body: &[u8], here: &str) -> Accepted {
        self.0.take_in(head, body, here)
    }

    fn written(&self, held: &WriteTicket) -> Option<Reply> {
        self.0.written(held)
    }

    fn refuse(&self, head: &RequestHead<'_>, kept: &[u8], trouble: &BodyError) -> Reply {
        match trouble {
            BodyError::TooLarge { refusal, length } => {
                let length = length.or(Some(kept.len() as u64));
                return self.0.refuse(head, kept, refusal, length);
            }
            BodyError::Busy { .. } => {
                self.0.too_much();
                let message = "more requests arrived at once than could be accepted";
                let code = "too_many_requests";
                let refused = Refused { code, message, kind: "", body_bytes: None };
                self.0.record_refused(head, kept, 429, refused);
            }
            BodyError::Malformed { status, code, kind, message } => {
                let refused = Refused { code, message, kind, body_bytes: None };
                self.0.record_refused(head, kept, *status, refused);
            }
            BodyError::TooSlow => {
                let (code, message) = ("request_timeout", "the body did not arrive in time");
                let refused = Refused { code, message, kind: "", body_bytes: None };
                self.0.record_refused(head, kept, 408, refused);
            }
        }
        trouble.reply()
    }

    fn notice(&self, notice: &ConnectionNotice) {
        // a client that went away was not acknowledged and sends again; only what needs a hand is told
        if let ConnectionNotice::Tls { .. } | ConnectionNotice::Crowded { .. } = notice {
            self.0.notice(notice.to_string());
        }
    }

    fn tick(&self, now: Millis) {
        self.0.tick(now);
    }

    fn engine(&self) -> Option<&Arc<Engine>> {
        Some(&self.0)
    }

    fn health(&self) -> Health {
        let stats = self.0.stats();
        Health {
            recording: stats.recording,
            requests: stats.requests,
            refused: stats.refused,
            calls: stats.calls,
            repeats: stats.repeats,
            problem: stats.problem,
            frames: self.0.frame_times(),
        }
    }
}

/// Begins to listen where the settings say, or on a free port of this machine.
pub fn listen(setup: &Setup, engine: &Arc<Engine>, any_port: bool) -> Result<Listener, Failure> {
    let text = if any_port {
        "127.0.0.1:0"
    } else {
        setup.settings.text("listen").unwrap_or("127.0.0.1:0")
    };
    let token = match setup.settings.text("token_file").filter(|_| !any_port) {
        Some(file) => Some(token(Path::new(file), engine)?),
        None => None,
    };
    listen_at(text, setup, engine, token)
}

/// Begins to listen where the settings say, with this token.
pub fn listen_with(
    setup: &Setup,
    engine: &Arc<Engine>,
    token: Option<ApiToken>,
) -> Result<Listener, Failure> {
    let text = setup.settings.text("listen").unwrap_or("127.0.0.1:0");
    listen_at(text, setup, engine, token)
}

fn listen_at(
    text: &str,
    setup: &Setup,
    engine: &Arc<Engine>,
    token: Option<ApiToken>,
) -> Result<Listener, Failure> {
    let listen =
        Listen::parse(text, setup.settings.is_on("allow_remote")).map_err(Failure::wrong)?;
    let options = Options { listen, limits: Limits::default(), token };
    Listener::start(&options, Arc::new(PipelineIntake(Arc::clone(engine))))
        .map_err(Failure::blocked)
}

/// The token of a file, which is created where it is not there.
fn token(file: &Path, engine: &Engine) -> Result<ApiToken, Failure> {
    let (token, is_new) = ApiToken::from_file(file).map_err(Failure::wrong)?;
    if is_new {
        engine.notice(format!("wrote a new token to {}", file.display()));
    }
    Ok(token)
}
