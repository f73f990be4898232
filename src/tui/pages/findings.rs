//! What was found, by code, vendor and event: the worst first, so that no noise pushes an error out.

use crate::findings::{Effect, Finding, is_of_call, is_of_plan};
use crate::fql::quoted;
use crate::inspector::{CallDetail, Detail, FoundIn, GroupedRows};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::cells::{TIME, clock, event, number, times, trend, widest};
use crate::tui::pages::lists::drill_down;
use crate::tui::pages::lists::drill_down::RepeatCounting;
use crate::tui::pages::lists::empty_page::EmptyPage;
use crate::tui::pages::lists::list_page::ListContent;
use crate::tui::theme::painter::Painter;

/// FindingsColumns of a sign and the word for it.
const SEVERITY: usize = 10;
/// FindingsColumns of the sign alone.
const SIGN: usize = 2;
/// An event is seen before times and minutes are.
const LEAST_EVENT: usize = 10;
/// FindingsColumns of a count.
const COUNT: usize = 8;
/// From this room on there is place for the time of the first call and for all minutes.
const ROOMY: usize = 105;
/// A code has this much room, and where there is more this.
const CODE: [usize; 2] = [24, 32];
/// Of a longer call only the beginning is shown here; the log has all of it.
const MOST_CALL: usize = 20_000;

/// The page's own state: the example that was read last.
#[derive(Default)]
pub struct Findings {
    example: Option<(u64, u64, Option<Box<CallDetail>>)>,
}

/// How wide the columns are.
pub struct FindingsColumns {
    /// The sign, and the word for it where there is room.
    severity: usize,
    whose: usize,
    code: usize,
    event: usize,
    /// How many times: of the first and the last call.
    times: usize,
    minutes: usize,
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
    type Row = FoundIn;
    type Columns = FindingsColumns;
    const TABS: &'static [&'static str] = &["findings of vendors in use", "of all vendors"];
    const WORDS: (&'static str, &'static str) = ("row", "rows");

    fn read(&mut self, tab: usize, ctx: &ViewContext<'_>) -> GroupedRows<FoundIn> {
        ctx.inspector.findings(tab == 1)
    }

    fn same(a: &FoundIn, b: &FoundIn) -> bool {
        (&a.code, a.vendor, &a.kind, &a.event, a.in_use)
            == (&b.code, b.vendor, &b.kind, &b.event, b.in_use)
    }

    fn columns(
        room: usize,
        rows: &[FoundIn],
        _tab: usize,
        ctx: &ViewContext<'_>,
    ) -> FindingsColumns {
        let roomy = room >= ROOMY;
        // a code's own beginning says whose it is, where room is dear
        let names = rows.iter().map(|row| whose(row, ctx));
        let whose = if roomy { widest(names, (3, 7), ctx.look) + 1 } else { 0 };
        let codes = rows.iter().map(|row| row.code.as_str());
        let code = widest(codes, (12, CODE[usize::from(roomy)]), ctx.look) + 1;
        let all = match roomy {
            true => (SEVERITY, 2, 16),
            false => (SEVERITY, 1, 8),
        };
        // in little room the events keep theirs: minutes go first, then the time, then the word
        let plans = [all, (SEVERITY, 1, 0), (SEVERITY, 0, 0), (SIGN, 0, 0)];
        let taken = |(severity, times, minutes): (usize, usize, usize)| {
            let minutes = if minutes > 0 { minutes + 2 } else { 0 };
            severity + whose + code + COUNT + times * TIME + minutes + 1
        };
        let fits = |plan: &(usize, usize, usize)| taken(*plan) + LEAST_EVENT <= room;
        let plan = plans.into_iter().find(fits).unwrap_or((SIGN, 0, 0));
        let event = room.saturating_sub(taken(plan));
        let (severity, times, minutes) = plan;
        FindingsColumns { severity, whose, code, event, times, minutes }
    }

    fn heads(painter: &mut Painter<'_>, columns: &FindingsColumns, ctx: &ViewContext<'_>) {
        let label = ctx.look.theme.label;
        painter.column(
            if columns.severity > SIGN { "severity" } else { "" },
            columns.severity,
            label,
        );
        painter.column("by", columns.whose, label);
        painter.column("code", columns.code, label);
        painter.column("event", columns.event, label);
        painter.put(&format!("{:>COUNT$}", "calls"), label);
        for word in ["first", "last"].into_iter().skip(2 - columns.times) {
            painter.put(&format!("{word:>TIME$}"), label);
        }
        let minutes = ["minutes", "latest minutes"][usize::from(columns.minutes > 8)];
        painter.skip(2).put(if columns.minutes > 0 { minutes } else { "" }, label);
    }

    fn row(
        painter: &mut Painter<'_>,
        row: &FoundIn,
        columns: &FindingsColumns,
        ctx: &ViewContext<'_>,
    ) {
        let look = ctx.look;
        let theme = &look.theme;
        let or_dim = |style| if row.in_use { style } else { theme.unused };
        let loud = or_dim(look.severity(row.severity));
        let word = if columns.severity > SIGN { row.severity.name() } else { "" };
        let sign = format!("{} {word}", look.severity_sign(row.severity));
        painter.put(&format!("{sign:<w$}", w = columns.severity), loud);
        painter.column(whose(row, ctx), columns.whose, or_dim(theme.quiet));
        painter.column(&row.code, columns.code - 1, loud).skip(1);
        let name = event(row.kind.as_deref(), row.event.as_deref());
        painter.column(&name, columns.event, or_dim(theme.text));
        let counted = &row.counted;
        let unit = if row.remark.is_some() { " ids" } else { "" };
        let calls = format!("{}{unit}", number(counted.calls));
        painter.put(&format!("{calls:>COUNT$}"), or_dim(theme.text));
        for at in [counted.first_seen, counted.last_seen].into_iter().skip(2 - columns.times) {
            painter.put(&clock(at, look), or_dim(theme.quiet));
        }
        let minutes = &counted.trend[counted.trend.len() - columns.minutes..];
        painter.skip(2).put(&trend(minutes, look), loud);
    }

    fn about(
        &mut self,
        paper: &mut TextBuilder<'_>,
        row: &FoundIn,
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

    fn example(row: &FoundIn) -> Option<u64> {
        Some(row.counted.row)
    }

    fn code(row: &FoundIn) -> Option<&str> {
        Some(&row.code)
    }

    fn behind(
        &self,
        row: &FoundIn,
        _tab: usize,
        rows: &[FoundIn],
        ctx: &ViewContext<'_>,
    ) -> Result<String, String> {
        if !row.in_use {
            let keys = ctx.keymap.keys(KeyContext::Counts, Action::ChooseVendors);
            let key = keys.first().map_or("", String::as_str);
            return Err(format!("a filter sees what vendors in use find; {key} chooses them"));
        }
        if let Some(view) = &row.remark {
            return Ok(drill_down::calls_of_remark(&view.remark));
        }
        let mut terms = vec![format!("match(finding, {})", quoted(&row.code))];
        terms.extend(drill_down::event_terms(row.kind.as_deref(), row.event.as_deref()));
        // a code that several vendors have: what it does tells them apart where it decides
        let shared = rows.iter().any(|other| other.code == row.code && other.vendor != row.vendor);
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
                0 => "No calls yet, so no findings.".to_owned(),
                _ => format!("No findings in {}{whose}.", count(calls, "call", "calls")),
            },
            is_good: calls > 0,
            shows: "This page lists what Segment and the vendors would object to: one line for each \
                    code and event, errors first, with count, times, an example, and the fix.",
            needs_ids: false,
        }
    }
}
