//! The window for muting findings of a call. It also lists the muted codes, for which the log
//! shows no marks.

use crate::findings::Severity;
use crate::inspector::Detail;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, SideEffect, View, ViewContext};
use crate::tui::app::view_context::count;
use crate::tui::pages::call_actions;
use crate::tui::widgets::checklist::Checklist;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The lines above the first code.
const INTRO: [&str; 3] = [
    "Selected codes are muted in this folder: the log shows no marks",
    "for them. They still count, and the detail still shows them.",
    "",
];
/// The title of the window, before the name of the call.
const TITLE: &str = "Muted findings";
/// The width of the window.
const WIDTH: u16 = 74;

/// A code that the user can mute.
struct CodeLine {
    code: String,
    severity: Option<Severity>,
    calls: u64,
}

/// The state of the window.
pub struct MutedCodesView {
    list: Checklist<CodeLine>,
}

impl MutedCodesView {
    /// Returns a window with the codes of a call and all muted codes, and the cursor on `code`.
    /// Returns a message if there are none.
    pub fn new(
        row: Option<u64>,
        code: Option<&str>,
        ctx: &ViewContext<'_>,
    ) -> Result<MutedCodesView, String> {
        let mut found: Vec<(String, Option<Severity>)> = Vec::new();
        let mut named = None;
        if let Some(Detail::Call(call)) = row.and_then(|row| ctx.inspector.detail(row)) {
            named = Some(call_actions::name(&call));
            let vendors = call.vendors.iter().filter(|detail| detail.in_use);
            let all = call.common.iter().chain(vendors.flat_map(|detail| &detail.findings));
            // findings of the severity `info` have no marks
            let loud = all.filter(|finding| finding.severity != Severity::Info);
            found.extend(loud.map(|finding| (finding.code.to_string(), Some(finding.severity))));
            found.sort_by_key(|(_, severity)| *severity);
        }
        found.extend(ctx.shared.muted.iter().map(|code| (code.clone(), None)));
        let mut codes: Vec<String> = Vec::new();
        found.retain(|(code, _)| {
            let new = !codes.contains(code);
            if new {
                codes.push(code.clone());
            }
            new
        });
        let calls = ctx.inspector.calls_with(&codes);
        let lines = found.into_iter().zip(calls).map(|((code, severity), calls)| {
            let muted = ctx.shared.muted.contains(&code);
            (CodeLine { code, severity, calls }, muted)
        });
        let lines: Vec<(CodeLine, bool)> = lines.collect();
        let at = code.map(|code| (code, lines.iter().position(|(line, _)| line.code == code)));
        if let Some((code, None)) = at {
            return Err(format!("{code} has no marks in the log that could be muted"));
        }
        if lines.is_empty() {
            let key = ctx.keymap.first_key(KeyContext::Calls, Action::NextFinding);
            let named = named.unwrap_or("this row".to_owned());
            return Err(format!("nothing to mute in {named}; {key} goes to a call with a finding"));
        }
        let named = named.map(|named| format!(": {}", ctx.look.clean(&named)));
        let title = format!("{TITLE}{}", named.unwrap_or_default());
        let mut list = Checklist::new(title, WIDTH, &INTRO, lines);
        list.select(at.and_then(|(_, at)| at).unwrap_or(0));
        Ok(MutedCodesView { list })
    }
}

impl View for MutedCodesView {
    fn place(&self) -> KeyContext {
        KeyContext::Muted
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        Checklist::<CodeLine>::can(action)
    }

    fn act(&mut self, action: Action, _ctx: &ViewContext<'_>) -> Response {
        match action {
            Action::Save => {
                let codes = self.list.chosen().map(|line| line.code.clone()).collect();
                Response::CloseAndAsk(SideEffect::SetMuted(codes))
            }
            action => self.list.act(action),
        }
    }

    fn point(&mut self, pointer: Pointer, at: Position, _ctx: &ViewContext<'_>) -> Response {
        self.list.point(pointer, at)
    }

    fn sync(&mut self, body: Rect, _ctx: &ViewContext<'_>) {
        self.list.sync(body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let look = ctx.look;
        let theme = &look.theme;
        let widest = self.list.lines().map(|line| text::width(&look.clean(&line.code))).max();
        let codes = widest.unwrap_or(0).min(44);
        self.list.render(buffer, body, look, |painter, CodeLine { code, severity, calls }| {
            match severity {
                Some(severity) => {
                    painter.column(look.severity_sign(*severity), 2, look.severity(*severity))
                }
                None => painter.skip(2),
            };
            painter.column(code, codes, theme.text).skip(2);
            painter.put(&count(*calls, "call", "calls"), theme.quiet);
        });
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Tick, Action::Save, Action::Back, Action::Down]
    }
}
