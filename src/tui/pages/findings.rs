//! The findings by event: the worst event first, and for each event the worst finding first.

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

/// The widths of a sign with its word, and of the sign alone.
const SEVERITY_WIDTH: usize = 10;
const SIGN_WIDTH: usize = 2;
/// The width of a count.
const COUNT: usize = 8;
/// The minimum and maximum widths of an event and of a message.
const EVENT_WIDTHS: (usize, usize) = (8, 26);
const MESSAGE_WIDTHS: (usize, usize) = (40, 70);
/// The minimum width of a list with a column for the vendor.
const MIN_WIDTH_WITH_VENDOR: usize = 50;
/// The maximum width of a code. A code is shown in full or not at all.
const MAX_CODE_WIDTH: usize = 36;
/// The maximum length of an example. The log shows the full text of a longer call.
const MAX_EXAMPLE_CHARS: usize = 20_000;

/// The state of the page: the example that was read last.
#[derive(Default)]
pub struct Findings {
    example: Option<(u64, u64, Option<Box<CallDetail>>)>,
}

/// A finding of an event.
pub struct EventFinding {
    found: FoundIn,
    /// True if the row above is of another event.
    begins_event: bool,
}

/// The widths of the columns. A column without room has the width 0.
pub struct FindingsColumns {
    /// The width of the sign, and of its word if there is room.
    severity: usize,
    event: usize,
    what: usize,
    whose: usize,
    code: usize,
    last: usize,
}

/// Returns the short name of the vendor or other source of a finding.
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
    /// Returns the first call with a finding. It is read when the row is selected.
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

/// Returns the finding in a call that has it.
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
        // findings that need no change come after all others
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
        let event = wide(&mut names.iter().map(String::as_str), EVENT_WIDTHS);
        let what = wide(&mut rows().map(|row| row.what.as_str()), MESSAGE_WIDTHS);
        // the head of this column has a word and a sort sign
        let whose = match room {
            0..MIN_WIDTH_WITH_VENDOR => 0,
            _ => wide(&mut rows().map(|row| whose(row, ctx)), (7, 9)),
        };
        let code = wide(&mut rows().map(|row| row.code.as_str()), (5, MAX_CODE_WIDTH));
        let room = room.saturating_sub(SIGN_WIDTH + COUNT + 1 + whose);
        let event = event.min((room * 2 / 5).max(EVENT_WIDTHS.0));
        let mut free = room.saturating_sub(event);
        // the message comes first, then the word of the sign, the code, and the time
        let words = what.min(MESSAGE_WIDTHS.0).min(free);
        free -= words;
        let mut take = |wanted: usize| {
            let taken = if wanted <= free { wanted } else { 0 };
            free -= taken;
            taken
        };
        let severity = SIGN_WIDTH + take(SEVERITY_WIDTH - SIGN_WIDTH);
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
        let severity = if columns.severity > SIGN_WIDTH { "severity" } else { "" };
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
        let is_muted = ctx.shared.muted.contains(&row.code);
        let loud = if is_muted { theme.quiet } else { or_dim(look.severity(row.severity)) };
        let word = if is_muted { "muted" } else { row.severity.name() };
        let word = if columns.severity > SIGN_WIDTH { word } else { "" };
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
        builder: &mut TextBuilder<'_>,
        EventFinding { found: row, .. }: &EventFinding,
        _tab: usize,
        ctx: &ViewContext<'_>,
    ) {
        let look = ctx.look;
        let theme = &look.theme;
        let counted = row.counted.clone();
        if let Some(view) = &row.remark {
            builder.finding(&view.finding, "", None);
            builder.blank();
            let [first, later] = view.seqs.map(grouped);
            builder.labelled(8, "  in    ", &format!("calls #{first} and #{later}"), theme.text);
            let Some(call) = self.example(row, ctx) else { return };
            builder.heading(&format!("Call #{later}"), "");
            return builder.body(&call.call_text, &[]);
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
            Some(finding) => builder.finding(finding, &title, None),
            None => builder.heading(&look.clean(&row.code), &title),
        }
        builder.blank();
        let name = event(row.kind.as_deref(), row.event.as_deref());
        let calls = count(counted.calls, "call", "calls");
        let repeats = match counted.repeats {
            0 => String::new(),
            some => format!(" and {}", count(some, "repeat", "repeats")),
        };
        builder.labelled(8, "  in    ", &format!("{calls}{repeats} of {name}"), theme.text);
        times(builder, &counted, 8);
        let Some(call) = call else {
            return builder.prose(2, "The first of them cannot be read.", theme.warning);
        };
        let library = call.library.as_ref().map(|(name, version)| match version {
            Some(version) => format!(" from {name} {version}"),
            None => format!(" from {name}"),
        });
        let from = look.clean(&library.unwrap_or_default()).into_owned();
        builder
            .heading(&format!("Example: the first, #{}", grouped(counted.seq)), from.trim_start());
        match call.call_text.char_indices().nth(MAX_EXAMPLE_CHARS) {
            None => builder.body(&call.call_text, &[]),
            Some((end, _)) => {
                builder.raw(&call.call_text[..end], theme.text);
                builder.prose(0, "The log shows all of it.", theme.quiet);
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
        // if several vendors share a code, the verdict selects this vendor's calls where that is
        // possible
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
