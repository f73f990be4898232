//! `segscope send`: sends calls from a file, standard input or a template to a listener or another
//! tracking API.

use super::args::SendArgs;
use super::failure::Failure;
use super::input;
use super::output;
use super::send_times::{SendClock, SendPace};
use crate::call::credential::without_credentials;
use crate::call::own_times;
use crate::call::set_value;
use crate::call::template::{names, template};
use crate::call::time::{self, Millis};
use crate::engine::Recording;
use crate::outbound::TrackingClient;
use crate::wire::posted;
use serde_json::Value;
use std::borrow::Cow;
use std::time::Instant;

/// The default address.
const DEFAULT_URL: &str = "http://127.0.0.1:7357";

/// Sends the calls, and reports the result.
pub fn run(args: &SendArgs) -> Result<(), Failure> {
    let changes = args.set.iter().map(|text| parse_change(text)).collect::<Result<Vec<_>, _>>()?;
    let calls = SendInput::from_args(args)?;
    let url = args
        .to
        .clone()
        .or_else(|| std::env::var("SEGSCOPE_URL").ok())
        .unwrap_or_else(|| DEFAULT_URL.to_owned());
    let sender = TrackingClient::new(&url, args.write_key.as_deref()).map_err(Failure::wrong)?;
    let pace = match args.rate {
        Some(rate) => format!("{rate}/s")
            .parse()
            .map_err(|error| Failure::wrong(format!("--rate {rate}: {error}")))?,
        None => args.pace,
    };
    // prepares all calls first: if one cannot be read, nothing is sent
    for note in calls.each(|call| prepare(&call, &changes, false).map(|_| ()))? {
        output::note(format_args!("note: {note}"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut sent, mut refused) = (0u64, 0u64);
    for _ in 0..args.repeat {
        let (begin, mut clock) = (Instant::now(), SendClock::default());
        calls.each(|input| {
            let nth = input.nth;
            let arrived = match pace {
                SendPace::Recorded => input.arrived(),
                _ => None,
            };
            let due = begin + clock.next(pace, arrived);
            runtime.block_on(async { tokio::time::sleep_until(due.into()).await });
            // prepared again, because its times are relative to the moment of sending
            let call = prepare(&input, &changes, args.now)?;
            let answer = runtime.block_on(sender.post(call.path, call.body));
            let answer = answer.map_err(Failure::blocked)?;
            if answer.status == 200 {
                sent += 1;
            } else {
                refused += 1;
                let body = answer.body.trim();
                let (nth, status) = (nth + 1, answer.status);
                output::note(format_args!("segscope: call {nth}: answered {status}: {body}"));
            }
            Ok(())
        })?;
    }
    let of_them = if refused > 0 { format!(", {refused} refused") } else { String::new() };
    output::note(format_args!("sent {sent} to {}{of_them}", without_credentials(&url)));
    if refused > 0 {
        Err(Failure::blocked(format!("{refused} of {} not accepted", sent + refused)))
    } else {
        Ok(())
    }
}

/// A call or batch of the input.
struct InputCall<'t> {
    text: &'t str,
    /// Its place in the input, from 0.
    nth: usize,
    /// The time at which it arrived, if it is from a recording.
    recorded: Option<Millis>,
}

impl InputCall<'_> {
    /// Returns the time at which it arrived, or else the latest of its own times.
    fn arrived(&self) -> Option<Millis> {
        self.recorded.or_else(|| own_times::find_latest(self.text))
    }
}

/// A call or batch, ready to be posted.
struct PreparedPost {
    path: &'static str,
    body: String,
}

/// The input to send.
enum SendInput {
    Template(String),
    Files(Box<Recording>),
}

impl SendInput {
    fn from_args(args: &SendArgs) -> Result<SendInput, Failure> {
        match (&args.file, &args.template) {
            (_, Some(name)) => match template(name) {
                Some(template) => Ok(SendInput::Template(template.text.clone())),
                None => {
                    let names: Vec<&str> = names().collect();
                    let names = names.join(", ");
                    Err(Failure::wrong(format!("--template {name}: there are {names}")))
                }
            },
            (Some(file), None) => {
                let recording = input::read(std::slice::from_ref(file))?;
                // `check` fails with such a problem too
                match recording.problem() {
                    None => Ok(SendInput::Files(Box::new(recording))),
                    Some(problem) => Err(Failure::wrong(format!("{problem}; nothing was sent"))),
                }
            }
            (None, None) => Err(Failure::wrong(
                "nothing to send: give a FILE, `-` for standard input, or --template NAME",
            )),
        }
    }

    /// Calls `each` for each call. Returns notes about what was passed over.
    fn each(
        &self,
        mut each: impl FnMut(InputCall<'_>) -> Result<(), Failure>,
    ) -> Result<Vec<String>, Failure> {
        let mut nth = 0;
        match self {
            SendInput::Template(text) => {
                each(InputCall { text, nth, recorded: None }).map(|()| Vec::new())
            }
            SendInput::Files(recording) => recording.each_call(|text, recorded| {
                nth += 1;
                each(InputCall { text, nth: nth - 1, recorded })
            }),
        }
    }
}

/// Reads `/pointer=value`. A value that is JSON is that value; anything else is a string.
fn parse_change(text: &str) -> Result<(String, Value), Failure> {
    match text.split_once('=') {
        Some((pointer, value)) if pointer.starts_with('/') => {
            Ok((pointer.to_owned(), set_value::value(value)))
        }
        _ => Err(Failure::wrong(format!(
            "--set {text}: expected /POINTER=VALUE, such as /properties/account_id=42"
        ))),
    }
}

/// Returns the path for a call, and its text with the changes and, if `now`, its times moved to now.
fn prepare(
    input: &InputCall<'_>,
    changes: &[(String, Value)],
    now: bool,
) -> Result<PreparedPost, Failure> {
    let nth = input.nth;
    // moving the times keeps the text of numbers and the order of keys
    let text = match input.arrived().filter(|_| now) {
        Some(arrived) => Cow::Owned(own_times::move_by(input.text, time::now() - arrived)),
        None => Cow::Borrowed(input.text),
    };
    let body = if changes.is_empty() {
        text.into_owned()
    } else {
        let mut call: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::wrong(format!("call {}: {error}", nth + 1)))?;
        for (pointer, value) in changes {
            set_value::set(&mut call, pointer, value.clone()).map_err(|at| {
                Failure::wrong(format!("--set {pointer}: call {} has no object at {at}", nth + 1))
            })?;
        }
        call.to_string()
    };
    let (path, body) =
        posted(&body).map_err(|error| Failure::wrong(format!("call {}: {error}", nth + 1)))?;
    Ok(PreparedPost { path, body: body.into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_makes_its_way_and_names_what_stands_in_it() {
        let changes = [
            parse_change("/properties/a~1b/c=12.5").expect("good"),
            parse_change("/event=X Y").expect("good"),
        ];
        let input = |text, nth| InputCall { text, nth, recorded: None };
        let ready = prepare(&input(r#"{"type":"track"}"#, 0), &changes, false).expect("good");
        assert_eq!(ready.body, r#"{"type":"track","properties":{"a/b":{"c":12.5}},"event":"X Y"}"#);
        let error = prepare(&input(r#"{"type":"track","properties":3}"#, 1), &changes[..1], false)
            .err()
            .expect("no object")
            .to_string();
        assert_eq!(error, "--set /properties/a~1b/c: call 2 has no object at /properties");
        assert!(parse_change("properties=1").is_err());
    }
}
