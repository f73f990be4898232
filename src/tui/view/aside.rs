//! The findings of a call that can be set aside, and those that were: of what is set aside the log
//! shows no marks.

use super::cursor::Cursor;
use super::{Effect, Pointer, Reply, View, World, line_of, window};
use crate::findings::Severity;
use crate::tui::action::{Action, Place};
use crate::tui::feed::Detail;
use crate::tui::look::{Pen, ground};
use crate::tui::shared::count;
use crate::tui::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Lines above the first code.
const INTRO: [&str; 3] = [
    "What is ticked is set aside in this folder: the log shows no marks",
    "of it. It is counted as before, and the detail still has it.",
    "",
];
/// The window's width.
const WIDTH: u16 = 74;

/// A code that may be set aside.
struct Line {
    code: String,
    severity: Option<Severity>,
    calls: u64,
    aside: bool,
}

/// The choice being made.
pub struct AsideView {
    lines: Vec<Line>,
    cursor: Cursor,
    body: Rect,
}

impl AsideView {
    /// The codes of a call, and those that are set aside, with the cursor on a code that is meant;
    /// or why there are no such.
    pub fn of(
        row: Option<u64>,
        code: Option<&str>,
        world: &World<'_>,
    ) -> Result<AsideView, String> {
        let mut found: Vec<(String, Option<Severity>)> = Vec::new();
        if let Some(Detail::Call(call)) = row.and_then(|row| world.feed.detail(row)) {
            let vendors = call.vendors.iter().filter(|detail| detail.in_use);
            let all = call.wire_findings.iter().chain(vendors.flat_map(|detail| &detail.findings));
            // infos have no marks
            let loud = all.filter(|finding| finding.severity != Severity::Info);
            found.extend(loud.map(|finding| (finding.code.to_string(), Some(finding.severity))));
            found.sort_by_key(|(_, severity)| *severity);
        }
        found.extend(world.shared.aside.iter().map(|code| (code.clone(), None)));
        let mut codes: Vec<String> = Vec::new();
        found.retain(|(code, _)| {
            let new = !codes.contains(code);
            if new {
                codes.push(code.clone());
            }
            new
        });
        let calls = world.feed.calls_with(&codes);
        let lines = found.into_iter().zip(calls).map(|((code, severity), calls)| {
            let aside = world.shared.aside.contains(&code);
            Line { code, severity, calls, aside }
        });
        let lines: Vec<Line> = lines.collect();
        let at = code.map(|code| (code, lines.iter().position(|line| line.code == code)));
        if let Some((code, None)) = at {
            return Err(format!("the log has no marks of {code} that could be set aside"));
        }
        if lines.is_empty() {
            let keys = world.keymap.keys(Place::Calls, Action::NextFinding);
            let key = keys.first().map_or("", String::as_str);
            return Err(format!(
                "this call has no finding that is marked; {key} goes to one that has"
            ));
        }
        let mut cursor = Cursor::default();
        cursor.sync(lines.len(), lines.len());
        cursor.select(at.and_then(|(_, at)| at).unwrap_or(0));
        Ok(AsideView { lines, cursor, body: Rect::default() })
    }

    fn size(&self) -> (u16, u16) {
        (WIDTH, (self.lines.len() + INTRO.len() + 2).min(usize::from(u16::MAX)) as u16)
    }
}

impl View for AsideView {
    fn place(&self) -> Place {
        Place::Aside
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        matches!(
            action,
            Action::Tick
                | Action::Save
                | Action::Down
                | Action::Up
                | Action::Back
                | Action::BackOrQuit
        )
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        match action {
            Action::Back | Action::BackOrQuit => return Reply::Close,
            Action::Tick => {
                if let Some(line) = self.cursor.at().and_then(|at| self.lines.get_mut(at)) {
                    line.aside = !line.aside;
                }
            }
            Action::Save => {
                let aside = self.lines.iter().filter(|line| line.aside);
                let codes = aside.map(|line| line.code.clone()).collect();
                return Reply::CloseAndAsk(Effect::SetAside(codes));
            }
            action if self.cursor.step(action) => {}
            _ => return Reply::Pass,
        }
        Reply::Done
    }

    fn point(&mut self, pointer: Pointer, at: Position, world: &World<'_>) -> Reply {
        match pointer {
            Pointer::WheelDown => self.act(Action::Down, world),
            Pointer::WheelUp => self.act(Action::Up, world),
            Pointer::Click => {
                let line = line_of(self.body, self.size(), at);
                let line = line.and_then(|line| line.checked_sub(INTRO.len()));
                let Some(line) = line.and_then(|line| self.cursor.line_at(line)) else {
                    return Reply::Pass;
                };
                self.cursor.select(line);
                self.act(Action::Tick, world)
            }
        }
    }

    fn sync(&mut self, body: Rect, _world: &World<'_>) {
        self.body = body;
        let room = usize::from(body.height).saturating_sub(2 + INTRO.len());
        self.cursor.sync(self.lines.len(), room);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let inside = window(buffer, body, self.size(), "Findings set aside", look);
        for (line, intro) in INTRO.iter().enumerate() {
            if let Some(mut pen) = Pen::on(buffer, inside, line, look) {
                pen.put(intro, theme.quiet);
            }
        }
        let widest = self.lines.iter().map(|line| text::width(&look.clean(&line.code))).max();
        let codes = widest.unwrap_or(0).min(44);
        for (line, at) in self.cursor.window().enumerate() {
            let (line, current) = (line + INTRO.len(), self.cursor.at() == Some(at));
            let Some(Line { code, severity, calls, aside }) = self.lines.get(at) else { return };
            if current {
                ground(buffer, inside, line, theme.selected);
            }
            let Some(mut pen) = Pen::on(buffer, inside, line, look) else { return };
            pen.put(if current { look.cursor() } else { " " }, theme.rule_focus);
            pen.put(if *aside { "[x] " } else { "[ ] " }, theme.key);
            match severity {
                Some(severity) => {
                    pen.column(look.severity_sign(*severity), 2, look.severity(*severity))
                }
                None => pen.skip(2),
            };
            pen.column(code, codes, theme.text).skip(2);
            pen.put(&count(*calls, "call", "calls"), theme.quiet);
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Tick, Action::Save, Action::Back, Action::Down]
    }
}
