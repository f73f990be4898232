//! What was found, event by event: the worst event first, and in each event the worst finding first.

use crate::findings::{Effect, Finding, Severity, is_of_call, is_of_plan};
use crate::fql::quoted;
use crate::inspector::{CallDetail, Detail, FoundIn, GroupedRows};
use crate::report::sort_by_event;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::cells::{TIME, clock, event, number, times, widest};
use crate::tui::pages::lists::drill_down;
use crate::tui::pages::lists::drill_down::RepeatCounting;
use crate::tui::pages::lists::empty_page;
use crate::tui::pages::lists::empty_page::EmptyPage;
use crate::tui::pages::lists::list_content::ListContent;
use crate::tui::pages::lists::sort::{SortColumn, SortedHead};
use crate::tui::theme::painter::Painter;

/// Columns of a sign and the word for it, and of the sign alone.
const SEVERITY: usize = 10;
const SIGN: usize = 2;
/// Columns of a count.
const COUNT: usize = 8;
/// What an event and what is wrong have at least, and what they may have.
const EVENT: (usize, usize) = (8, 26);
const WHAT: (usize, usize) = (40, 70);
/// In less room than this a vendor has no column.
const LEAST_FOR_VENDOR: usize = 50;
/// A code is shown whole or not at all, up to this width.
const CODE: usize = 36;
/// Of a longer call only the beginning is shown here; the log has all of it.
const MOST_CALL: usize = 20_000;

/// The page's own state: the example that was read last.
#[derive(Default)]
pub struct Findings {
    example: Option<(u64, u64, Option<Box<CallDetail>>)>,
}

/// A finding of an event.
pub struct EventFinding {
    found: FoundIn,
    /// The row above it is of another event.
    begins_event: bool,
}

/// How wide the columns are; one without room has none.
pub struct FindingsColumns {
    /// The sign, and the word for it where there is room.
    severity: usize,
    event: usize,
    what: usize,
    whose: usize,
    code: usize,
    last: usize,
}

/// The short name of who says so.
fn whose<'w>(row: &FoundIn, ctx: &'w ViewContext<'_>) -> &'w str {
    match row.vendor {
        None if row.remark.is_some() => "ids",
        None if is_of_plan(&row.code) => "plan",
        None if is_of_call(&row.code) => "call",
        None => "Segment",
        Some(at) => ctx.shared.vendors.get(at).map_or("", |vendor| vendor.short.as_str()),
    }
}

impl Findings {
    /// The first call that has it, read when the row is looked at.
    fn example(&mut self, row: &FoundIn, ctx: &ViewContext<'_>) -> Option<&CallDetail> {
        let wanted = (row.counted.row, ctx.shared.judged);
        if self.example.as_ref().is_none_or(|(at, judged, _)| (*at, *judged) != wanted) {
            let call = match ctx.inspector.detail(row.counted.row) {
                Some(Detail::Call(call)) => Some(call),
                _ => None,
            };
            self.example = Some((wanted.0, wanted.1, call));
        }
        self.example.as_ref()?.2.as_deref()
    }
}

/// The finding in the call that has it.
fn finding<'c>(row: &FoundIn, call: &'c CallDetail) -> Option<&'c Finding> {
    let all = match row.vendor {
        None => &call.common,
        Some(at) => &call.vendors.iter().find(|vendor| vendor.vendor == at)?.findings,
    };
    all.iter().find(|finding| finding.code == row.code)
}

impl ListContent for Findings {
    const PAGE: Page = Page::Findings;
    type Row = EventFinding;
    type Columns = FindingsColumns;
    const TABS: &'static [&'static str] = &["findings of vendors in use", "of all vendors"];
    const WORDS: (&'static str, &'static str) = ("row", "rows");

    fn read(&mut self, tab: usize, ctx: &ViewContext<'_>) -> GroupedRows<EventFinding> {
        let GroupedRows { mut rows, of, other } = ctx.inspector.shown_findings(tab == 1);
        let event =
            |row: &FoundIn| (row.in_use, row.remark.is_some(), row.kind.clone(), row.event.clone());
        // what needs no change comes behind all that does
        let group = |row: &FoundIn| (row.severity == Severity::Info, event(row));
        sort_by_event(&mut rows, group, |row| (!row.in_use, row.severity));
        let rows = rows.into_iter().map(|found| EventFinding { found, begins_event: true });
        GroupedRows { rows: rows.collect(), of, other }
    }

    fn compare_neighbors(rows: &mut [EventFinding]) {
        for at in 1..rows.len() {
            let (above, found) = (&rows[at - 1].found, &rows[at].found);
            rows[at].begins_event = (&above.kind, &above.event) != (&found.kind, &found.event);
        }
    }

    fn text(
        EventFinding { found, .. }: &EventFinding,
        _tab: usize,
        ctx: &ViewContext<'_>,
    ) -> String {
        let name = event(found.kind.as_deref(), found.event.as_deref());
        let (severity, vendor) = (found.severity.name(), whose(found, ctx));
        format!("{severity} {name} {} {vendor} {}", found.what, found.code)
    }

    fn sorts(_tab: usize) -> &'static [SortColumn<EventFinding>] {
        const SORTS: &[SortColumn<EventFinding>] = &[
            SortColumn::descending("calls", |a, b| {
                b.found.counted.calls.cmp(&a.found.counted.calls)
            }),
            SortColumn::ascending("event", |a, b| {
                (&a.found.event, &a.found.kind).cmp(&(&b.found.event, &b.found.kind))
            }),
            SortColumn::ascending("what is wrong", |a, b| a.found.what.cmp(&b.found.what)),
            SortColumn::ascending("vendor", |a, b| a.found.vendor.cmp(&b.found.vendor)),
            SortColumn::ascending("severity", |a, b| a.found.severity.cmp(&b.found.severity)),
            SortColumn::ascending("code", |a, b| a.found.code.cmp(&b.found.code)),
            SortColumn::descending("last", |a, b| {
                b.found.counted.last_seen.cmp(&a.found.counted.last_seen)
            }),
        ];
        SORTS
    }

    fn same(
        EventFinding { found: a, .. }: &EventFinding,
        EventFinding { found: b, .. }: &EventFinding,
    ) -> bool {
        (&a.code, a.vendor, &a.kind, &a.event, a.in_use)
            == (&b.code, b.vendor, &b.kind, &b.event, b.in_use)
    }

    fn columns(
        room: usize,
        rows: &[EventFinding],
        _tab: usize,
        ctx: &ViewContext<'_>,
    ) -> FindingsColumns {
        let rows = || rows.iter().map(|row| &row.found);
        let wide =
            |texts: &mut dyn Iterator<Item = &str>, bounds| widest(texts, bounds, ctx.look) + 2;
        let names: Vec<String> =
            rows().map(|row| event(row.kind.as_deref(), row.event.as_deref())).collect();
        let event = wide(&mut names.iter().map(String::as_str), EVENT);
        let what = wide(&mut rows().map(|row| row.what.as_str()), WHAT);
        // the head of the column has a word and a sign
        let whose = match room {
            0..LEAST_FOR_VENDOR => 0,
            _ => wide(&mut rows().map(|row| whose(row, ctx)), (7, 9)),
        };
        let code = wide(&mut rows().map(|row| row.code.as_str()), (5, CODE));
        let room = room.saturating_sub(SIGN + COUNT + 1 + whose);
        let event = event.min((room * 2 / 5).max(EVENT.0));
        let mut free = room.saturating_sub(event);
        // words come first: then there is room for the word of a sign, a code, a time
        let words = what.min(WHAT.0).min(free);
        free -= words;
        let mut take = |wanted: usize| {
            let taken = if wanted <= free { wanted } else { 0 };
            free -= taken;
            taken
        };
        let severity = SIGN + take(SEVERITY - SIGN);
        let (code, last) = (take(code), take(TIME));
        let what = (words + free).min(what.max(words));
        FindingsColumns { severity, event, what, whose, code, last }
    }

    fn heads(
        painter: &mut Painter<'_>,
        columns: &FindingsColumns,
        sorted: &SortedHead,
        ctx: &ViewContext<'_>,
    ) {
        let label = ctx.look.theme.label;
        let severity = if columns.severity > SIGN { "severity" } else { "" };
        painter.column(&sorted.head_as("severity", severity), columns.severity, label);
        painter.put(&format!("{:>COUNT$} ", sorted.head("calls")), label);
        painter.column(&sorted.head("event"), columns.event, label);
        painter.column(&sorted.head("what is wrong"), columns.what, label);
        painter.column(&sorted.head("vendor"), columns.whose, label);
        painter.column(&sorted.head("code"), columns.code, label);
        if columns.last > 0 {
            painter.put(&format!("{:>TIME$}", sorted.head("last")), label);
        }
    }

    fn row(
        painter: &mut Painter<'_>,
        EventFinding { found: row, begins_event }: &EventFinding,
        columns: &FindingsColumns,
        ctx: &ViewContext<'_>,
    ) {
        let look = ctx.look;
        let theme = &look.theme;
        let or_dim = |style| if row.in_use { style } else { theme.unused };
        let is_muted = ctx.shared.aside.contains(&row.code);
        let loud = if is_muted { theme.quiet } else { or_dim(look.severity(row.severity)) };
        let word = if is_muted { "muted" } else { row.severity.name() };
        let word = if columns.severity > SIGN { word } else { "" };
        let sign = format!("{} {word}", look.severity_sign(row.severity));
        painter.put(&format!("{sign:<w$}", w = columns.severity), loud);
        let counted = &row.counted;
        let unit = if row.remark.is_some() { " ids" } else { "" };
        let calls = format!("{}{unit}", number(counted.calls));
        painter.put(&format!("{calls:>COUNT$} "), or_dim(theme.text));
        let name = event(row.kind.as_deref(), row.event.as_deref());
        let name_style = if *begins_event { theme.text } else { theme.quiet };
        painter.column(&name, columns.event - 1, or_dim(name_style)).skip(1);
        painter.column(&row.what, columns.what.saturating_sub(1), loud).skip(1);
        painter.column(whose(row, ctx), columns.whose, or_dim(theme.text));
        painter.column(&row.code, columns.code, or_dim(theme.quiet));
        if columns.last > 0 {
            painter.put(&clock(counted.last_seen, look), or_dim(theme.quiet));
        }
    }

    fn about(
        &mut self,
        paper: &mut TextBuilder<'_>,
        EventFinding { found: row, .. }: &EventFinding,
        _tab: usize,
        ctx: &ViewContext<'_>,
    ) {
        let look = ctx.look;
        let theme = &look.theme;
        let counted = row.counted.clone();
        if let Some(view) = &row.remark {
            paper.finding(&view.finding, "", None);
            paper.blank();
            let [first, later] = view.seqs.map(grouped);
            paper.labelled(8, "  in    ", &format!("calls #{first} and #{later}"), theme.text);
            let Some(call) = self.example(row, ctx) else { return };
            paper.heading(&format!("Call #{later}"), "");
            return paper.body(&call.call_text, &[]);
        }
        let title = match row.vendor.and_then(|at| ctx.shared.vendors.get(at)) {
            Some(vendor) => look.clean(&vendor.title).into_owned(),
            None if is_of_plan(&row.code) => "the plan".to_owned(),
            None if is_of_call(&row.code) => "the call itself".to_owned(),
            None => "Segment itself".to_owned(),
        };
        let title = if row.in_use { title } else { format!("{title}, not in use") };
        let call = self.example(row, ctx);
        match call.and_then(|call| finding(row, call)) {
            Some(finding) => paper.finding(finding, &title, None),
            None => paper.heading(&look.clean(&row.code), &title),
        }
        paper.blank();
        let name = event(row.kind.as_deref(), row.event.as_deref());
        let calls = count(counted.calls, "call", "calls");
        let repeats = match counted.repeats {
            0 => String::new(),
            some => format!(" and {}", count(some, "repeat", "repeats")),
        };
        paper.labelled(8, "  in    ", &format!("{calls}{repeats} of {name}"), theme.text);
        times(paper, &counted, 8);
        let Some(call) = call else {
            return paper.prose(2, "The first of them cannot be read.", theme.warning);
        };
        let library = call.library.as_ref().map(|(name, version)| match version {
            Some(version) => format!(" from {name} {version}"),
            None => format!(" from {name}"),
        });
        let from = look.clean(&library.unwrap_or_default()).into_owned();
        paper.heading(&format!("Example: the first, #{}", grouped(counted.seq)), from.trim_start());
        match call.call_text.char_indices().nth(MOST_CALL) {
            None => paper.body(&call.call_text, &[]),
            Some((end, _)) => {
                paper.raw(&call.call_text[..end], theme.text);
                paper.prose(0, "The log shows all of it.", theme.quiet);
            }
        }
    }

    fn example(row: &EventFinding) -> Option<u64> {
        Some(row.found.counted.row)
    }

    fn code(row: &EventFinding) -> Option<&str> {
        Some(&row.found.code)
    }

    fn behind(
        &self,
        EventFinding { found: row, .. }: &EventFinding,
        _tab: usize,
        rows: &[EventFinding],
        ctx: &ViewContext<'_>,
    ) -> Result<String, String> {
        if !row.in_use {
            let key = ctx.keymap.first_key(KeyContext::Counts, Action::ChooseVendors);
            return Err(format!("a filter sees what vendors in use find; {key} chooses them"));
        }
        if let Some(view) = &row.remark {
            return Ok(drill_down::calls_of_remark(&view.remark));
        }
        let mut terms = vec![format!("match(finding, {})", quoted(&row.code))];
        terms.extend(drill_down::event_terms(row.kind.as_deref(), row.event.as_deref()));
        // a code that several vendors have: what it does tells them apart where it decides
        let shared = rows.iter().any(|EventFinding { found: other, .. }| {
            other.code == row.code && other.vendor != row.vendor
        });
        let vendor = row.vendor.and_then(|at| ctx.shared.vendors.get(at));
        if let (true, Some(vendor), Effect::Ignore) = (shared, vendor, row.effect) {
            terms.push(format!("verdict.{} = \"ignored\"", vendor.name));
        }
        Ok(drill_down::all(terms, RepeatCounting::new(row.counted.calls, row.counted.repeats)))
    }

    fn nothing(&self, tab: usize, ctx: &ViewContext<'_>) -> EmptyPage {
        let calls = ctx.shared.stats.calls;
        let whose = if tab == 0 { " at vendors in use" } else { "" };
        EmptyPage {
            says: match calls {
                0 => empty_page::none("findings", ctx),
                _ => format!("No findings in {}{whose}.", count(calls, "call", "calls")),
            },
            is_good: calls > 0,
            shows: "This page lists, event by event, what Segment and the vendors would object to, the \
                    worst first: how many calls, what is wrong, an example, and the fix.",
            needs_ids: false,
        }
    }
}
