//! `segscope send`: calls from a file, standard input or a template to a listener or another
//! tracking API.

use super::args::SendArgs;
use super::failure::Failure;
use super::input;
use super::output;
use crate::call::credential::without_credentials;
use crate::call::set_value;
use crate::call::template::{names, template};
use crate::engine::Recording;
use crate::outbound::Sender;
use crate::wire::posted;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Where to send when nothing says otherwise.
const DEFAULT_URL: &str = "http://127.0.0.1:7357";

/// Sends, and says how that went.
pub fn run(args: &SendArgs) -> Result<(), Failure> {
    let changes = args.set.iter().map(|text| change(text)).collect::<Result<Vec<_>, _>>()?;
    let calls = Calls::of(args)?;
    let url = args
        .to
        .clone()
        .or_else(|| std::env::var("SEGSCOPE_URL").ok())
        .unwrap_or_else(|| DEFAULT_URL.to_owned());
    let sender = Sender::new(&url, args.write_key.as_deref()).map_err(Failure::wrong)?;
    let pause = match args.rate {
        Some(rate) if rate > 0.0 => Duration::from_secs_f64(1.0 / rate),
        Some(rate) => {
            return Err(Failure::wrong(format!(
                "--rate {rate}: expected more than 0 calls a second"
            )));
        }
        None => Duration::ZERO,
    };
    // all of them first: of what cannot be read whole nothing is sent
    calls.each(|text, nth| prepare(text, nth, &changes).map(|_| ()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut sent, mut refused) = (0u64, 0u64);
    let begin = Instant::now();
    for _ in 0..args.repeat {
        calls.each(|text, nth| {
            let call = prepare(text, nth, &changes)?;
            let due = begin + pause.mul_f64((sent + refused) as f64);
            let answer = runtime.block_on(async {
                tokio::time::sleep_until(due.into()).await;
                sender.post(call.path, call.body).await.map_err(Failure::blocked)
            })?;
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

/// A call or batch, ready to be posted.
struct Ready {
    path: &'static str,
    body: String,
}

/// What is sent.
enum Calls {
    Template(String),
    Files(Box<Recording>),
}

impl Calls {
    fn of(args: &SendArgs) -> Result<Calls, Failure> {
        match (&args.file, &args.template) {
            (_, Some(name)) => match template(name) {
                Some(template) => Ok(Calls::Template(template.text.clone())),
                None => {
                    let names: Vec<&str> = names().collect();
                    let names = names.join(", ");
                    Err(Failure::wrong(format!("--template {name}: there are {names}")))
                }
            },
            (Some(file), None) => {
                let recording = input::read(std::slice::from_ref(file))?;
                // `check` fails with it too
                match recording.problem() {
                    None => Ok(Calls::Files(Box::new(recording))),
                    Some(problem) => Err(Failure::wrong(format!("{problem}; nothing was sent"))),
                }
            }
            (None, None) => Err(Failure::wrong(
                "nothing to send: give a FILE, `-` for standard input, or --template NAME",
            )),
        }
    }

    /// Gives each call with its place among them, from 0.
    fn each(
        &self,
        mut each: impl FnMut(&str, usize) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut nth = 0;
        match self {
            Calls::Template(text) => each(text, nth),
            Calls::Files(recording) => recording.each_call(|text| {
                nth += 1;
                each(text, nth - 1)
            }),
        }
    }
}

/// `/pointer=value`; a value that is JSON is that value, anything else is a text.
fn change(text: &str) -> Result<(String, Value), Failure> {
    match text.split_once('=') {
        Some((pointer, value)) if pointer.starts_with('/') => {
            Ok((pointer.to_owned(), set_value::value(value)))
        }
        _ => Err(Failure::wrong(format!(
            "--set {text}: expected /POINTER=VALUE, such as /properties/account_id=42"
        ))),
    }
}

/// The path that a call goes to, and its text with the changes made.
fn prepare(text: &str, nth: usize, changes: &[(String, Value)]) -> Result<Ready, Failure> {
    let body = if changes.is_empty() {
        // as it came: numbers keep their text and keys their order
        text.to_owned()
    } else {
        let mut call: Value = serde_json::from_str(text)
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
    Ok(Ready { path, body: body.into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_makes_its_way_and_names_what_stands_in_it() {
        let changes =
            [change("/properties/a~1b/c=12.5").expect("good"), change("/event=X Y").expect("good")];
        let ready = prepare(r#"{"type":"track"}"#, 0, &changes).expect("good");
        assert_eq!(ready.body, r#"{"type":"track","properties":{"a/b":{"c":12.5}},"event":"X Y"}"#);
        let error = prepare(r#"{"type":"track","properties":3}"#, 1, &changes[..1])
            .err()
            .expect("no object")
            .to_string();
        assert_eq!(error, "--set /properties/a~1b/c: call 2 has no object at /properties");
        assert!(change("properties=1").is_err());
    }
}
