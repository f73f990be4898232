//! `segscope send`: calls from a file, standard input or a template to a listener or another
//! tracking API.

use super::args::SendArgs;
use super::failure::Failure;
use crate::call::change;
use crate::call::template::{names, template};
use crate::outbound::Sender;
use crate::pipeline::{FileItem, calls_of, read_file, recorded_calls};
use crate::wire::posted;
use serde_json::Value;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

/// Where to send when nothing says otherwise.
const DEFAULT_URL: &str = "http://127.0.0.1:7357";

/// Sends, and says how that went.
pub fn run(args: &SendArgs) -> Result<(), Failure> {
    let changes = args.set.iter().map(|text| change(text)).collect::<Result<Vec<_>, _>>()?;
    let calls = calls(args)?;
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
    let calls = calls
        .iter()
        .enumerate()
        .map(|(nth, text)| prepare(text, nth, &changes))
        .collect::<Result<Vec<_>, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut sent, mut refused) = (0u64, 0u64);
    let begin = Instant::now();
    runtime.block_on(async {
        for call in (0..args.repeat).flat_map(|_| &calls) {
            let due = begin + pause.mul_f64((sent + refused) as f64);
            tokio::time::sleep_until(due.into()).await;
            let answer =
                sender.post(call.path, call.body.clone()).await.map_err(Failure::blocked)?;
            if answer.status == 200 {
                sent += 1;
            } else {
                refused += 1;
                let body = answer.body.trim();
                eprintln!(
                    "segscope: call {}: answered {}: {}",
                    call.nth + 1,
                    answer.status,
                    crate::call::text::visible(body)
                );
            }
        }
        Ok::<(), Failure>(())
    })?;
    eprintln!(
        "sent {sent} to {url}{}",
        if refused > 0 { format!(", {refused} refused") } else { String::new() }
    );
    if refused > 0 {
        Err(Failure::blocked(format!("{refused} of {} not accepted", sent + refused)))
    } else {
        Ok(())
    }
}

/// A call or batch, ready to be posted.
struct Ready {
    nth: usize,
    path: &'static str,
    body: String,
}

fn calls(args: &SendArgs) -> Result<Vec<String>, Failure> {
    match (&args.file, &args.template) {
        (_, Some(name)) => match template(name) {
            Some(template) => Ok(vec![template.text.clone()]),
            None => {
                let names: Vec<&str> = names().collect();
                Err(Failure::wrong(format!("--template {name}: there are {}", names.join(", "))))
            }
        },
        (Some(file), None) if file.as_os_str() != "-" => {
            match read_file(file).map_err(Failure::wrong)? {
                FileItem::Calls(calls) => Ok(calls),
                FileItem::Recording { file: open, whole_lines_bytes } => {
                    recorded_calls(&open, whole_lines_bytes)
                        .map_err(|error| Failure::wrong(format!("{}: {error}", file.display())))
                }
            }
        }
        (Some(_), None) => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map_err(|error| {
                Failure::wrong(format!("could not read standard input: {error}"))
            })?;
            calls_of(Path::new("standard input"), bytes).map_err(Failure::wrong)
        }
        (None, None) => Err(Failure::wrong(
            "nothing to send: give a FILE, `-` for standard input, or --template NAME",
        )),
    }
}

/// `/pointer=value`; a value that is JSON is that value, anything else is a text.
fn change(text: &str) -> Result<(String, Value), Failure> {
    match text.split_once('=') {
        Some((pointer, value)) if pointer.starts_with('/') => {
            Ok((pointer.to_owned(), change::value(value)))
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
            change::set(&mut call, pointer, value.clone()).map_err(|at| {
                Failure::wrong(format!("--set {pointer}: call {} has no object at {at}", nth + 1))
            })?;
        }
        call.to_string()
    };
    let (path, body) =
        posted(&body).map_err(|error| Failure::wrong(format!("call {}: {error}", nth + 1)))?;
    Ok(Ready { nth, path, body: body.into_owned() })
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
