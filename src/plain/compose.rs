//! The commands on the draft of a call: writing it, its result at the vendors, and delivering it to
//! a vendor.

use super::command::{number, word};
use crate::call::set_value;
use crate::call::template::{names, template};
use crate::inspector::{CallSource, DraftError};
use crate::plain::phrases;
use crate::plain::session::PlainSession;
use serde_json::Value;
use std::io;

impl PlainSession<'_> {
    /// Begins a draft from a call, a template or a JSON text.
    pub(crate) fn compose(&mut self, text: &str) -> io::Result<()> {
        if text.starts_with(['{', '[']) {
            self.draft = Some(text.to_owned());
        } else if let Some(template) = template(text) {
            self.draft = Some(template.text.clone());
        } else if text.is_empty() || number(text).0.is_some() {
            let Some((row, _)) = self.parse_row(text)? else { return Ok(()) };
            let Some(call) = self.call_of(row)? else { return Ok(()) };
            self.draft = Some(call.standalone_text());
        } else {
            let names: Vec<&str> = names().collect();
            return self.say(&format!(
                "`{text}` is not a template; expected a call's number, a JSON text, or one of {}",
                names.join(", ")
            ));
        }
        self.draft()
    }

    /// Changes a value of the draft.
    pub(crate) fn set(&mut self, text: &str) -> io::Result<()> {
        let Some(draft) = &self.draft else {
            return self.say("no draft; `compose` starts one");
        };
        let (pointer, value) = match text.split_once('=') {
            // `/a/b=1` as in `send --set`, or `/a/b 1`
            Some((pointer, value)) if !pointer.contains(char::is_whitespace) => (pointer, value),
            _ => word(text),
        };
        if !pointer.starts_with('/') || value.is_empty() {
            return self
                .say("expected `set /POINTER VALUE`, such as `set /properties/account_id 42`");
        }
        let changed = serde_json::from_str::<Value>(draft)
            .map_err(|error| format!("the draft is not JSON: {error}"))
            .and_then(|mut call| {
                set_value::set(&mut call, pointer, set_value::value(value))
                    .map_err(|place| format!("the draft has no object at {place}"))?;
                Ok(call.to_string())
            });
        match changed {
            Ok(draft) => {
                self.draft = Some(draft);
                self.draft()
            }
            Err(error) => self.say_error(&error),
        }
    }

    /// Makes the changes to the draft that the vendors in use need.
    pub(crate) fn correct(&mut self) -> io::Result<()> {
        let Some(draft) = &self.draft else {
            return self.say("no draft; `compose` starts one");
        };
        match self.inspector.compose(draft) {
            Ok(call) if call.calls == 1 && call.corrected.is_some() => {
                self.draft = call.corrected.clone();
                self.draft()
            }
            Ok(call) if call.calls > 1 => {
                self.say("the draft has several calls; only one can be corrected")
            }
            Ok(_) => self.say("the vendors in use need no change that is known"),
            Err(DraftError { line, column, message }) => {
                self.say(&format!("not a call yet: line {line}, column {column}: {message}"))
            }
        }
    }

    /// Prints the draft and its result at each vendor in use.
    pub(crate) fn draft(&mut self) -> io::Result<()> {
        let Some(draft) = self.draft.clone() else {
            return self.say("no draft; `compose` starts one");
        };
        self.say("the draft:")?;
        self.print(phrases::json(&draft))?;
        let call = match self.inspector.compose(&draft) {
            Err(DraftError { line, column, message }) => {
                return self
                    .say(&format!("not a call yet: line {line}, column {column}: {message}"));
            }
            Ok(call) => call,
        };
        self.print(phrases::findings(call.common.iter()))?;
        for detail in call.vendors.iter().filter(|detail| detail.in_use) {
            self.show_vendor(detail)?;
        }
        let correct = if call.corrected.is_some() { "`correct` corrects it, " } else { "" };
        self.say(&format!("{correct}`set /POINTER VALUE` changes it, `send draft` sends it"))
    }

    /// Shows the requests that `yes` would send to the vendor itself.
    pub(crate) fn deliver(&mut self, text: &str) -> io::Result<()> {
        let (first, rest) = word(text);
        let (chosen, name) = if first == "draft" {
            let Some(draft) = self.draft.clone() else {
                return self.say("no draft; `compose` starts one");
            };
            (CallSource::Text(draft), rest)
        } else {
            let Some((row, name)) = self.parse_row(text)? else { return Ok(()) };
            (CallSource::Row(row), name)
        };
        let Some(vendor) = self.vendor(name) else {
            return self
                .say("expected a vendor, such as `deliver 12 VENDOR`; `vendors` lists them");
        };
        match self.inspector.prepare(&chosen, vendor) {
            Ok(prepared) => {
                for request in &prepared.requests {
                    self.show_output(request)?;
                }
                self.prepared = Some(prepared.number);
                self.say("`yes` sends this to the vendor itself, once")
            }
            Err(why) => self.say_error(&why),
        }
    }

    /// Sends the requests that `deliver` showed last.
    pub(crate) fn yes(&mut self) -> io::Result<()> {
        match self.prepared.take() {
            Some(number) => match self.inspector.deliver(number) {
                Ok(()) => self.say("sending"),
                Err(why) => self.say_error(&why),
            },
            None => self.say("nothing to confirm; `deliver` shows what would be sent"),
        }
    }
}
