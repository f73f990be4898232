//! `segscope deliver`: sends the outputs of calls to their vendors, with the user's own keys.

use super::args::DeliverArgs;
use super::failure::Failure;
use super::setup;
use super::{check, input, output};
use crate::call::text::visible;
use crate::call::{Doc, Event};
use crate::engine::{CallDetail, Engine, RowDetail};
use crate::inspector::{Setup, SetupError, find_vendor, prepare, send};
use crate::outbound::check_base;
use crate::report::plural;
use crate::vendors::{Output, OutputJson};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, IsTerminal, Write};
use std::time::Instant;

/// Shows or sends the requests, in the order of the calls. All errors of preparing them are reported
/// before anything is sent.
pub fn run(args: &DeliverArgs) -> Result<(), Failure> {
    let setup = setup::load(&args.judge, Vec::new())?;
    let filter = args.filter.read(&setup.vendors)?;
    let names = &args.judge.vendor;
    if names.is_empty() {
        return Err(Failure::wrong("deliver: choose the vendors with --vendor NAME[,NAME…]"));
    }
    let chosen: Result<Vec<usize>, SetupError> =
        names.iter().map(|name| find_vendor(&setup.vendors, name, "--vendor")).collect();
    let work = Work { setup: &setup, chosen: chosen?, transport: args.transport };
    if let Some(vendor) = work.without_transport() {
        let title = work.title(vendor);
        return Err(Failure::wrong(format!(
            "--transport: {title} has no address that receives calls as they are; leave the flag out"
        )));
    }
    let engine = setup.engine(input::read(&args.input.files)?)?;
    input::all_read(&engine)?;
    if let Some(problem) = engine.stats().problem {
        return Err(Failure::wrong(problem));
    }
    let rows = check::wanted(&engine, filter)?;
    let rows = rows.unwrap_or_else(|| (0..engine.rows()).collect());
    if args.dry_run {
        return work.show(&engine, &rows);
    }
    let Ready { requests, hosts, caveats } = work.count(&engine, &rows)?;
    if requests == 0 {
        let nothing = work.why_nothing(&engine, &rows)?;
        output::note(format_args!("nothing to deliver: {nothing}"));
        return Ok(());
    }
    for (caveat, count) in &caveats {
        output::note(format_args!("caveat: {caveat} ({})", plural(*count, "request")));
    }
    if !args.yes {
        ask(requests, &hosts)?;
    }
    work.send(&engine, &rows, requests, args.keep_going)
}

/// Asks the user on the terminal. Without a terminal it fails and names `--yes`.
fn ask(requests: u64, hosts: &BTreeSet<String>) -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() || !output::can_ask() {
        return Err(Failure::wrong(
            "deliver asks before it sends; pass --yes if there is no terminal to ask",
        ));
    }
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let requests = plural(requests, "request");
    output::ask(format_args!("Send {requests} to {}? [y/N] ", hosts.join(", ")));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::wrong("nothing was sent")),
    }
}

/// The requests that would be sent, in numbers.
#[derive(Default)]
struct Ready {
    requests: u64,
    hosts: BTreeSet<String>,
    /// The caveats, each with the number of its requests.
    caveats: BTreeMap<String, u64>,
}

struct Work<'w> {
    setup: &'w Setup,
    chosen: Vec<usize>,
    /// True if the calls themselves are sent.
    transport: bool,
}

/// Returns the call itself as the output that carries it.
fn output_of_call(call: &CallDetail, transport: &Output) -> Result<Output, Failure> {
    let read = |text: &str| Doc::parse(text.to_owned()).map_err(Failure::wrong);
    let (own, derived) = (read(&call.call_text)?, read(&call.derived_text)?);
    let event = Event { derived: Some(derived.root()), ..Event::bare(own.root()) };
    let mut output = transport.clone();
    output.body = Some(OutputJson::whole_call(&event));
    Ok(output)
}

impl Work<'_> {
    /// Returns a chosen vendor that cannot receive calls as they are, if `--transport` is set.
    fn without_transport(&self) -> Option<usize> {
        let has_none = |vendor: &&usize| self.setup.vendors.info(**vendor).transport.is_none();
        self.chosen.iter().find(has_none).copied().filter(|_| self.transport)
    }

    /// Calls `with` for each call with the outputs for each chosen vendor.
    fn each(
        &self,
        engine: &Engine,
        rows: &[u64],
        mut with: impl FnMut(&CallDetail, usize, &[Output]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for row in rows {
            let Some(RowDetail::Call(call)) = engine.detail(*row).map_err(Failure::wrong)? else {
                continue;
            };
            for vendor in &self.chosen {
                let rendered = call.vendors.iter().find(|(at, _)| at == vendor);
                if self.transport {
                    if let Some(transport) = rendered.and_then(|(_, it)| it.transport.as_ref()) {
                        with(&call, *vendor, &[output_of_call(&call, transport)?])?;
                    }
                    continue;
                }
                if let Some((_, rendered)) = rendered.filter(|(_, r)| !r.requests.is_empty()) {
                    with(&call, *vendor, &rendered.requests)?;
                }
            }
        }
        Ok(())
    }

    fn title(&self, vendor: usize) -> Cow<'_, str> {
        visible(&self.setup.vendors.info(vendor).title)
    }

    /// Returns an output as a curl line. It fails if sending the output would be refused.
    fn as_curl(&self, vendor: usize, output: &Output) -> Result<String, String> {
        let Setup { settings, vendors, .. } = self.setup;
        let base = settings.deliver_to(&vendors.info(vendor).name);
        if let Some(base) = base {
            check_base(base).map_err(|error| error.to_string())?;
        }
        let body = output.body.as_ref().map(|body| body.to_json()).unwrap_or_default();
        let trust = |key: &str| settings.may_send(key);
        let line = vendors.delivery_as_curl(vendor, output, &body, base, &trust);
        line.map_err(|why| why.to_string())
    }

    /// Prints the requests as curl lines.
    fn show(&self, engine: &Engine, rows: &[u64]) -> Result<(), Failure> {
        // if any request would be refused, nothing is shown
        self.each(engine, rows, |call, vendor, outputs| {
            let mut lines = outputs.iter().map(|output| self.as_curl(vendor, output));
            lines.try_for_each(|line| line.map(drop)).map_err(|why| refusal(call, &why))
        })?;
        let mut out = output::json();
        let mut any = false;
        self.each(engine, rows, |call, vendor, outputs| {
            for output in outputs {
                any = true;
                let curl = self.as_curl(vendor, output).map_err(|why| refusal(call, &why))?;
                writeln!(out, "# {}, to {}", words(call), self.title(vendor))?;
                for caveat in &output.caveats {
                    writeln!(out, "# caveat: {}", visible(caveat))?;
                }
                writeln!(out, "{curl}\n")?;
            }
            Ok(())
        })?;
        if !any {
            let nothing = self.why_nothing(engine, rows)?;
            output::note(format_args!("nothing to deliver: {nothing}"));
        }
        Ok(())
    }

    /// Prepares all requests, and counts them, their hosts and their caveats.
    fn count(&self, engine: &Engine, rows: &[u64]) -> Result<Ready, Failure> {
        let mut all = Ready::default();
        self.each(engine, rows, |call, vendor, outputs| {
            let ready = prepare(&self.setup.vendors, &self.setup.settings, vendor, outputs);
            for delivery in ready.map_err(|why| refusal(call, &why))? {
                all.requests += 1;
                let (scheme, rest) =
                    delivery.shown_url.split_once("://").unwrap_or(("", &delivery.shown_url));
                let host = rest.split('/').next().unwrap_or(rest);
                all.hosts.insert(format!("{scheme}://{host}"));
            }
            for caveat in outputs.iter().flat_map(|output| &output.caveats) {
                *all.caveats.entry(caveat.clone()).or_default() += 1;
            }
            Ok(())
        })?;
        Ok(all)
    }

    /// Sends the requests one after the other, each once.
    fn send(
        &self,
        engine: &Engine,
        rows: &[u64],
        requests: u64,
        keep_going: bool,
    ) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut out = output::text();
        let (mut sent, mut refused) = (0, 0);
        self.each(engine, rows, |call, vendor, outputs| {
            let ready = prepare(&self.setup.vendors, &self.setup.settings, vendor, outputs);
            for delivery in ready.map_err(Failure::wrong)? {
                let begun = Instant::now();
                let answer = runtime.block_on(send(&delivery)).map_err(|error| {
                    Failure::blocked(format!(
                        "{}: {error}; {}",
                        words(call),
                        unsent_words(requests - sent)
                    ))
                })?;
                sent += 1;
                let took_ms = begun.elapsed().as_millis();
                writeln!(
                    out,
                    "{}, to {}: {} {} answered {} in {took_ms} ms",
                    words(call),
                    self.title(vendor),
                    delivery.method,
                    delivery.shown_url,
                    answer.status
                )?;
                for line in answer.body.lines().filter(|line| !line.trim().is_empty()) {
                    writeln!(out, "  {}", visible(line))?;
                }
                if !(200..300).contains(&answer.status) {
                    refused += 1;
                    if !keep_going {
                        let left = unsent_words(requests - sent);
                        return Err(Failure::blocked(format!("not accepted; {left}")));
                    }
                }
            }
            Ok(())
        })?;
        let accepted = sent - refused;
        output::note(format_args!("sent {}, {accepted} accepted", plural(sent, "request")));
        match refused {
            0 => Ok(()),
            refused => Err(Failure::blocked(format!("{refused} of {sent} not accepted"))),
        }
    }

    /// Returns the reason why there is nothing to send.
    fn why_nothing(&self, engine: &Engine, rows: &[u64]) -> Result<String, Failure> {
        if rows.is_empty() {
            return Ok("no call passes the filter".to_owned());
        }
        for row in rows {
            if let Some(RowDetail::Call(call)) = engine.detail(*row).map_err(Failure::wrong)? {
                let of = call.vendors.iter().find(|(at, _)| self.chosen.contains(at));
                if let Some((vendor, rendered)) = of {
                    let title = self.title(*vendor);
                    let verdict = match call.service.is_discarded() {
                        true => call.service.to_string(),
                        false => rendered.verdict.name().to_owned(),
                    };
                    let call = words(&call);
                    return Ok(format!("{title} would receive nothing ({call}: {verdict})"));
                }
            }
        }
        Ok("there is no call".to_owned())
    }
}

fn refusal(call: &CallDetail, why: &str) -> Failure {
    Failure::wrong(format!("{}: {why}", words(call)))
}

fn unsent_words(requests: u64) -> String {
    match requests {
        0 => "it was the last request".to_owned(),
        requests => format!("{} not sent", plural(requests, "request")),
    }
}

/// Describes a call in a few words.
fn words(call: &CallDetail) -> String {
    let name = call.name.as_deref().or(call.kind.as_deref()).unwrap_or("of no type");
    format!("call {} ({})", call.seq.0, visible(name))
}
