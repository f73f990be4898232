//! `segscope mcp`: answers coding agents on standard input and output.

use super::args::McpArgs;
use super::failure::Failure;
use super::signals::Ending;
use super::{input, listener, output, setup};
use crate::call::credential::without_credentials;
use crate::mcp::{self, QuestionTarget};
use crate::outbound::ListenerClient;
use crate::server::{Listen, Listener};
use std::time::Duration;
use tokio::io::stdin;
use tokio::runtime::Runtime;
use tokio::time::sleep;

/// The interval at which the program checks whether it was asked to end.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Answers until standard input ends.
pub fn run(args: &McpArgs) -> Result<(), Failure> {
    let ending = Ending::on_signals()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (source, listener) = source(args, &runtime)?;
    let served = runtime.block_on(async {
        let asked = async {
            while !ending.asked() {
                sleep(POLL_INTERVAL).await;
            }
        };
        tokio::select! {
            served = mcp::serve(source, stdin(), output::shared_json()) => served,
            () = asked => Ok(()),
        }
    });
    // one of its threads may be reading standard input, which cannot be interrupted
    runtime.shutdown_background();
    if let Some(listener) = listener {
        listener.stop();
    }
    served.map_err(Failure::blocked)
}

/// Returns the source of the answers: the given files, a running listener, or a listener of this program.
fn source(
    args: &McpArgs,
    runtime: &Runtime,
) -> Result<(QuestionTarget, Option<Listener>), Failure> {
    if !args.files.is_empty() {
        let setup = setup::load(&args.judge, Vec::new())?;
        let setup = args.expect.apply(setup)?;
        let engine = setup.engine(input::read(&args.files)?)?;
        input::all_read(&engine)?;
        return Ok((QuestionTarget::files(engine, args.files.clone()), None));
    }
    let setup = setup::load(&args.judge, args.listener().flags())?;
    let setup = args.expect.apply(setup)?;
    let text = setup.settings.text("listen").unwrap_or_default();
    let listen = Listen::parse(text, true).map_err(Failure::wrong)?;
    let named = std::env::var("SEGSCOPE_URL").ok();
    let named = named.filter(|url| !url.is_empty() && args.listen.is_none());
    if let Some(client) = running_listener(named.as_deref(), listen, runtime)? {
        output::note(format_args!("segscope: using the listener at {}", client.url()));
        return Ok((QuestionTarget::Listener(client), None));
    }
    let (recording, notice) = setup.recording(true)?;
    let engine = setup.engine(recording)?;
    engine.settle();
    if let Some(notice) = notice {
        output::note(format_args!("segscope: {notice}"));
    }
    // if another program has the default port, any other port will do: `status` reports it
    let listener = match listener::start(&setup, &engine, false) {
        Err(_) if args.listen.is_none() => listener::start(&setup, &engine, true)?,
        started => started?,
    };
    output::note(format_args!("listening on {}", listener.reach()));
    let url = listener.url();
    Ok((QuestionTarget::own(engine, url), Some(listener)))
}

/// Returns the segscope at `SEGSCOPE_URL`, which must run there, or the one at the address to listen on,
/// if one runs there.
fn running_listener(
    named: Option<&str>,
    listen: Listen,
    runtime: &Runtime,
) -> Result<Option<ListenerClient>, Failure> {
    if named.is_none() && listen.addr.port() == 0 {
        return Ok(None);
    }
    let token = std::env::var("SEGSCOPE_TOKEN").ok();
    let url = match named {
        Some(url) => url.to_owned(),
        None => format!("http://{}", listen.reachable()),
    };
    let client = runtime.block_on(mcp::listener_at(&url, token.as_deref()));
    match client.map_err(Failure::wrong)? {
        None if named.is_some() => {
            let url = without_credentials(&url);
            Err(Failure::blocked(format!(
                "no segscope answers at SEGSCOPE_URL ({url}); start one there, or unset the variable"
            )))
        }
        client => Ok(client),
    }
}
