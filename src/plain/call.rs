//! The commands that print a call, and the ones that print a part of it for copying.

use crate::inspector::{
    CallDetail, DELETED_ROW, Detail, NoCallDetail, OutputView, RequestDetail, VendorDetail,
    answered_by, mirror_words, status_words,
};
use crate::plain::phrases;
use crate::plain::session::PlainSession;
use crate::report::{hide_basic, hide_key};
use crate::tui::app::action::Action;
use crate::tui::app::copy;
use crate::wire::proxy_headers::client_address;
use std::io;

impl PlainSession<'_> {
    /// Returns the call of a row; if it has none, prints why and returns `None`.
    pub(crate) fn call_of(&mut self, row: u64) -> io::Result<Option<Box<CallDetail>>> {
        match self.inspector.detail(row) {
            Some(Detail::Call(call)) => Ok(Some(call)),
            Some(Detail::NoCall(_)) => self.say("this row is a request, not a call").map(|()| None),
            None => self.say_unreadable(row).map(|()| None),
        }
    }

    fn say_unreadable(&mut self, row: u64) -> io::Result<()> {
        self.say(match self.inspector.is_deleted(row) {
            true => DELETED_ROW,
            false => "this call can no longer be read",
        })
    }

    /// Prints everything about a call, or the part that `text` names.
    pub(crate) fn show(&mut self, text: &str) -> io::Result<()> {
        let Some((row, part)) = self.parse_row(text)? else { return Ok(()) };
        let call = match self.inspector.detail(row) {
            Some(Detail::Call(call)) => call,
            Some(Detail::NoCall(request)) => {
                self.current = Some(row);
                return self.show_no_call(&request);
            }
            None => return self.say_unreadable(row),
        };
        self.current = Some(row);
        match part {
            "" => {
                self.say_row(row)?;
                self.show_whole(&call)
            }
            "call" => self.show_call(&call),
            "findings" => self.show_findings(&call),
            "request" => self.show_request(&call.request, call.write_key.as_deref()),
            name => {
                match self.vendor(name).map(|at| call.vendors.iter().find(|v| v.vendor == at)) {
                    Some(Some(detail)) => self.show_vendor(detail),
                    Some(None) => self.say("nothing is known about this vendor here"),
                    None => {
                        let names: Vec<String> =
                            self.vendors().into_iter().map(|vendor| vendor.name).collect();
                        self.say(&format!(
                            "`{name}` is not one of call, findings, request, {}",
                            names.join(", ")
                        ))
                    }
                }
            }
        }
    }

    fn show_whole(&mut self, call: &CallDetail) -> io::Result<()> {
        if let Some((library, version)) = &call.library {
            self.say(&format!("from {library} {}", version.as_deref().unwrap_or_default()))?;
        }
        self.show_findings(call)?;
        let vendors = self.vendors();
        for detail in &call.vendors {
            let title = vendors.get(detail.vendor).map_or("", |vendor| &vendor.title);
            let unused = if detail.in_use { "" } else { ", not in use" };
            self.say(&format!("{title}: {}{unused}", detail.verdict.name()))?;
        }
        self.show_call(call)
    }

    fn show_call(&mut self, call: &CallDetail) -> io::Result<()> {
        self.say("the call:")?;
        let key = call.write_key.as_deref();
        self.print(
            phrases::json(&call.call_text)
                .iter()
                .map(|line| key.map_or_else(|| line.clone(), |key| hide_key(line, key))),
        )?;
        self.say("added by the service:")?;
        self.print(phrases::json(&call.derived_text))
    }

    fn show_findings(&mut self, call: &CallDetail) -> io::Result<()> {
        let used = call.vendors.iter().filter(|detail| detail.in_use);
        let all = call.common.iter().chain(used.flat_map(|detail| &detail.findings));
        let lines = phrases::findings(all);
        if lines.is_empty() {
            return self.say("no findings");
        }
        self.print(lines)
    }

    pub(crate) fn show_vendor(&mut self, detail: &VendorDetail) -> io::Result<()> {
        let vendors = self.vendors();
        let title = vendors.get(detail.vendor).map_or("", |vendor| vendor.title.as_str());
        let id = |id: &Option<String>| id.clone().unwrap_or_else(|| "none".to_owned());
        self.say(&format!(
            "{title}: {}, account {}, user {}",
            detail.verdict.name(),
            id(&detail.account_id),
            id(&detail.user_id)
        ))?;
        self.print(phrases::findings(detail.findings.iter()))?;
        if detail.requests.is_empty() {
            return self.say("it would receive nothing");
        }
        for request in &detail.requests {
            self.show_output(&OutputView::from(request))?;
        }
        Ok(())
    }

    pub(crate) fn show_output(&mut self, output: &OutputView) -> io::Result<()> {
        self.say(&format!("{} {}", output.method, output.url))?;
        for (name, value) in &output.headers {
            self.say(&format!("  {name}: {value}"))?;
        }
        for caveat in &output.caveats {
            self.say(&format!("  caveat: {caveat}"))?;
        }
        match &output.body {
            Some(body) => self.print(phrases::json(body)),
            None => Ok(()),
        }
    }

    /// Prints the request as received, without its write key.
    fn show_request(&mut self, request: &RequestDetail, key: Option<&str>) -> io::Result<()> {
        let mark = if request.query.is_empty() { "" } else { "?" };
        let target = format!("{}{mark}{}", request.path, request.query);
        let mut lines = vec![format!("request {}: {} {target}", request.number, request.method)];
        lines.extend(request.fault.iter().map(|fault| format!("fault injected: {fault}")));
        lines.extend(
            client_address(&request.headers)
                .map(|client| format!("client: {client} (X-Forwarded-For)")),
        );
        lines.extend(request.headers.iter().map(|(name, value)| {
            let value = match key.filter(|_| name.eq_ignore_ascii_case("authorization")) {
                Some(key) => hide_basic(value, key),
                None => value.clone(),
            };
            format!("  {name}: {value}")
        }));
        lines.extend(phrases::json(&request.body));
        self.print(
            lines.iter().map(|line| key.map_or_else(|| line.clone(), |key| hide_key(line, key))),
        )?;
        if let Some(signature) = &request.signature {
            self.say(&format!("signature: {signature}"))?;
        }
        for words in [answered_by(request), mirror_words(request)].into_iter().flatten() {
            self.say(&words)?;
        }
        self.say(&match request.status {
            status if status > 0 && !request.is_bare() => {
                format!("answered {status}: {}", request.answer.trim())
            }
            _ => format!("response: {}", status_words(request)),
        })
    }

    fn show_no_call(&mut self, row: &NoCallDetail) -> io::Result<()> {
        self.say(&format!("{}: {}", row.kind.word(), row.reason))?;
        if !row.fix.is_empty() {
            self.say(&format!("fix: {}", row.fix))?;
        }
        self.show_request(&row.request, None)
    }

    /// Prints a call in the form that `text` names, for copying.
    pub(crate) fn copy(&mut self, text: &str) -> io::Result<()> {
        let Some((row, what)) = self.parse_row(text)? else { return Ok(()) };
        let Some(call) = self.call_of(row)? else { return Ok(()) };
        let (action, vendor) = match what {
            "" | "call" => (Action::CopyCall, None),
            "curl" => (Action::CopyCurl, None),
            "sdk" => (Action::CopySdkCall, None),
            "function" => (Action::CopyTransformation, None),
            pointer if pointer.starts_with('/') => {
                return match phrases::value_at(&call.call_text, pointer) {
                    Some(value) => self.print_text(&value),
                    None => self.say(&format!("the call has nothing at {pointer}")),
                };
            }
            name => match self.vendor(name) {
                Some(vendor) => (Action::CopyOutput, Some(vendor)),
                None => {
                    return self.say(&format!(
                        "`{name}` is not one of call, curl, sdk, function, a vendor, a /POINTER"
                    ));
                }
            },
        };
        let base = self.inspector.addresses().into_iter().next();
        match copy::of_call(action, &call, vendor, &self.vendors(), base.as_deref()) {
            Ok((_, text)) => self.print_text(&text),
            Err(why) => self.say(why),
        }
    }
}
