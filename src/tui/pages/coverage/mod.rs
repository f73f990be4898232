//! The coverage page: for each event, and for each library, app version or write key of an event,
//! the number of calls with an account id and a user id, and the share that each vendor accepts.

pub(crate) mod before;
pub(crate) mod expected;
pub(crate) mod id_shares;
mod verdicts;

use crate::inspector::{
    BeforeView, Coverage, ExpectationStatus, Expectations, GroupBy, GroupedRows,
};
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::count;
use crate::tui::pages::coverage::before::{BEFORE, BeforeCell};
use crate::tui::pages::coverage::expected::ExpectedLine;
use crate::tui::pages::coverage::id_shares::{SHARE, is_good, standing};
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::cells::{event, number, times, widest};
use crate::tui::pages::lists::drill_down;
use crate::tui::pages::lists::drill_down::RepeatCounting;
use crate::tui::pages::lists::empty_page;
use crate::tui::pages::lists::empty_page::EmptyPage;
use crate::tui::pages::lists::list_content::ListContent;
use crate::tui::pages::lists::sort::{SortColumn, SortedHead};
use crate::tui::pages::log::Column;
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::text;
use crate::tui::widgets::text::masked;
use ratatui::text::Span;
use std::collections::HashMap;
use std::sync::Arc;

/// The width of the sign before a row.
const SIGN_WIDTH: usize = 2;
/// The width of a count.
const COUNT: usize = 8;
/// The width of a vendor: a blank, the mark, the share.
const VENDOR: usize = 6;
/// The width that an event gets before the bars do, on a tab that groups by something else too.
const NAME_BEFORE_BARS: usize = 24;
/// The width of a vendor's mark and share.
const ACCEPTED: usize = 5;
/// The minimum width of a list with long bars.
const MIN_ROOMY_WIDTH: usize = 105;
/// The minimum and the maximum width of an event, and of the group beside it.
const MIN_NAME: usize = 12;
const MAX_NAME: usize = 60;

/// The grouping of each tab.
const TAB_GROUPINGS: [GroupBy; 4] =
    [GroupBy::Event, GroupBy::Library, GroupBy::AppVersion, GroupBy::WriteKey];

/// The state of the page: the expectations, as they were read last.
#[derive(Default)]
pub struct Events {
    expectations: Option<Expectations>,
    /// The comparison, if calls are compared with earlier ones.
    before: Option<Arc<BeforeView>>,
}

/// The widths of the columns.
pub struct CoverageColumns {
    tab: usize,
    sign: usize,
    event: usize,
    by: usize,
    bar: usize,
    before: usize,
    /// The indices of the vendors that have a column.
    vendors: Vec<usize>,
}

/// Returns the group of a row in words.
fn by_words(row: &Coverage, tab: usize) -> String {
    match (TAB_GROUPINGS[tab], row.by.as_deref()) {
        (GroupBy::Event, _) => String::new(),
        (GroupBy::WriteKey, Some(key)) => masked(key),
        (_, Some(by)) => by.to_owned(),
        (GroupBy::Library, None) => "no library".to_owned(),
        (GroupBy::AppVersion, None) => "no version".to_owned(),
        (GroupBy::WriteKey, None) => "no write key".to_owned(),
    }
}

/// Puts the rows of an event together, at the place that the event has by its number of calls.
fn sort_by_event(rows: &mut [ExpectedLine]) {
    let mut totals: HashMap<(Option<String>, Option<String>), (u64, u64)> = HashMap::new();
    for ExpectedLine { came, .. } in rows.iter() {
        let total = totals.entry((came.kind.clone(), came.event.clone()));
        let (calls, first) = total.or_insert((0, came.counted.seq));
        *calls += came.counted.calls;
        *first = (*first).min(came.counted.seq);
    }
    rows.sort_by_cached_key(|ExpectedLine { came, .. }| {
        let (calls, first) =
            totals.get(&(came.kind.clone(), came.event.clone())).copied().unwrap_or_default();
        (std::cmp::Reverse(calls), first, std::cmp::Reverse(came.counted.calls))
    });
}

const CALLS: SortColumn<ExpectedLine> =
    SortColumn::descending("calls", |a, b| b.came.counted.calls.cmp(&a.came.counted.calls));
const EVENT: SortColumn<ExpectedLine> = SortColumn::ascending("event", |a, b| {
    (&a.came.event, &a.came.kind).cmp(&(&b.came.event, &b.came.kind))
});
const ACCOUNT: SortColumn<ExpectedLine> =
    SortColumn::ascending("account", |a, b| a.came.ids[0].compare_share(&b.came.ids[0]));
const USER: SortColumn<ExpectedLine> =
    SortColumn::ascending("user", |a, b| a.came.ids[1].compare_share(&b.came.ids[1]));

/// Returns the sort column for the groups of a tab.
const fn sort_by(name: &'static str) -> SortColumn<ExpectedLine> {
    SortColumn::ascending(name, |a, b| a.came.by.cmp(&b.came.by))
}

impl ListContent for Events {
    const PAGE: Page = Page::Coverage;
    type Row = ExpectedLine;
    type Columns = CoverageColumns;
    const TABS: &'static [&'static str] =
        &["coverage by event", "library", "app version", "write key"];
    const WORDS: (&'static str, &'static str) = ("row", "rows");

    fn read(&mut self, tab: usize, ctx: &ViewContext<'_>) -> GroupedRows<ExpectedLine> {
        let GroupedRows { rows, of, other } = ctx.inspector.shown_coverage(TAB_GROUPINGS[tab]);
        let mut groups =
            GroupedRows { rows: rows.into_iter().map(ExpectedLine::new).collect(), of, other };
        self.expectations = ctx.inspector.shown_expectations();
        self.before = ctx.inspector.before(TAB_GROUPINGS[tab]);
        if let Some(expectations) = self.expectations.as_ref().filter(|_| tab == 0) {
            groups = expected::with_expected(groups, expectations);
        } else {
            sort_by_event(&mut groups.rows);
        }
        if let Some(before) = &self.before {
            before::compare(&mut groups, before);
        }
        groups
    }

    fn lines(&self, ctx: &ViewContext<'_>) -> Vec<Vec<Span<'static>>> {
        let expectations = self.expectations.iter();
        let expected = expectations.map(|expectations| expected::line(expectations, ctx));
        expected.chain(self.before.iter().filter_map(|view| before::line(view, ctx))).collect()
    }

    fn text(line: &ExpectedLine, tab: usize, ctx: &ViewContext<'_>) -> String {
        let row = &line.came;
        let name = event(row.kind.as_deref(), row.event.as_deref());
        let word = match &line.expected {
            Some(expected) => expected::standing(expected, ctx).1,
            None if line.unplanned => "extra".to_owned(),
            None => String::new(),
        };
        format!("{word} {name} {}", by_words(row, tab))
    }

    fn sorts(tab: usize) -> &'static [SortColumn<ExpectedLine>] {
        const BY_EVENT: &[SortColumn<ExpectedLine>] = &[CALLS, EVENT, ACCOUNT, USER];
        const BY_LIBRARY: &[SortColumn<ExpectedLine>] =
            &[CALLS, EVENT, sort_by(Events::TABS[1]), ACCOUNT, USER];
        const BY_VERSION: &[SortColumn<ExpectedLine>] =
            &[CALLS, EVENT, sort_by(Events::TABS[2]), ACCOUNT, USER];
        const BY_KEY: &[SortColumn<ExpectedLine>] =
            &[CALLS, EVENT, sort_by(Events::TABS[3]), ACCOUNT, USER];
        [BY_EVENT, BY_LIBRARY, BY_VERSION, BY_KEY][tab]
    }

    fn same(
        ExpectedLine { came: a, .. }: &ExpectedLine,
        ExpectedLine { came: b, .. }: &ExpectedLine,
    ) -> bool {
        (&a.kind, &a.event, &a.by) == (&b.kind, &b.event, &b.by)
    }

    fn columns(
        room: usize,
        rows: &[ExpectedLine],
        tab: usize,
        ctx: &ViewContext<'_>,
    ) -> CoverageColumns {
        let all_vendors = ctx.shared.columns.contains(&Column::OtherVendors);
        let in_use = |at: &usize| all_vendors || ctx.shared.in_use.vendors.contains(at);
        let mut vendors: Vec<usize> = (0..ctx.shared.vendors.len()).filter(in_use).collect();
        let planned = rows.iter().any(|line| line.expected.is_some());
        let sign = if planned { expected::SIGN_AND_WORD_WIDTH } else { SIGN_WIDTH };
        let by: Vec<String> = rows.iter().map(|line| by_words(&line.came, tab)).collect();
        let by = widest(by.iter().map(String::as_str), (MIN_NAME, MAX_NAME), ctx.look);
        let by = if tab == 0 { 0 } else { by + 1 };
        let names = rows
            .iter()
            .map(|ExpectedLine { came, .. }| event(came.kind.as_deref(), came.event.as_deref()));
        let names: Vec<String> = names.collect();
        let name = widest(names.iter().map(String::as_str), (MIN_NAME, MAX_NAME), ctx.look) + 1;
        // on a narrow screen the names keep their width: first the word of the sign is left out,
        // then vendors from the last one on, because the side pane shows them too
        let before = if rows.iter().any(|line| line.before.is_some()) { BEFORE } else { 0 };
        let counted = COUNT + 2 * (SHARE + 2) + before;
        let least = if tab == 0 { MIN_NAME } else { 18 };
        let sign = if sign + counted + least > room { SIGN_WIDTH } else { sign };
        let fits = room.saturating_sub(sign + counted + least) / VENDOR;
        vendors.truncate(fits);
        let room_of_names = room.saturating_sub(sign + counted + vendors.len() * VENDOR);
        // bars are shown only if the names keep their width and the groups are shown in full
        let whole = if tab == 0 { MIN_NAME } else { by + name.min(NAME_BEFORE_BARS) };
        let bar = match room_of_names.saturating_sub(whole) / 2 {
            long if room >= MIN_ROOMY_WIDTH && long >= 10 => 10,
            short if short >= 4 => 4,
            _ => 0,
        };
        let both = room_of_names.saturating_sub(2 * bar);
        // the groups get the width that the names do not need
        let by = by.min(both.saturating_sub(name).max(both / 2));
        CoverageColumns { tab, sign, event: both - by, by, bar, before, vendors }
    }

    fn heads(
        painter: &mut Painter<'_>,
        columns: &CoverageColumns,
        sorted: &SortedHead,
        ctx: &ViewContext<'_>,
    ) {
        let label = ctx.look.theme.label;
        let expected = if columns.sign > SIGN_WIDTH { "expected" } else { "" };
        painter.column(expected, columns.sign, label);
        painter.column(&sorted.head("event"), columns.event, label);
        let by = sorted.head(Events::TABS[columns.tab]);
        painter.column(&by, columns.by, label);
        painter.put(&format!("{:>COUNT$}", sorted.head("calls")), label);
        let wide = columns.bar + SHARE;
        let words = if columns.bar > 0 { ["account", "user"] } else { ["acct", "user"] };
        for (name, word) in ["account", "user"].into_iter().zip(words) {
            // the percentages stand below the word, and the last column is for the mark
            let word = sorted.head_as(name, word);
            painter.put(&format!("  {word:>w$} ", w = wide - 1), label);
        }
        if columns.before > 0 {
            painter.put(&format!("{:>BEFORE$}", "before"), label);
        }
        for at in &columns.vendors {
            let Some(vendor) = ctx.shared.vendors.get(*at) else { continue };
            let used = ctx.shared.in_use.vendors.contains(at);
            let style = if used { label } else { ctx.look.theme.unused };
            let short = ctx.look.clean(&vendor.short);
            let short = text::cut(&short, VENDOR - 1, ctx.look.ellipsis()).into_owned();
            painter.skip(VENDOR - text::width(&short)).put(&short, style);
        }
    }

    fn row(
        painter: &mut Painter<'_>,
        line: &ExpectedLine,
        columns: &CoverageColumns,
        ctx: &ViewContext<'_>,
    ) {
        let look = ctx.look;
        let theme = &look.theme;
        let row = &line.came;
        let (sign, word, loud) = match &line.expected {
            Some(expected) => expected::standing(expected, ctx),
            None => {
                let (sign, _, loud) = standing(row, ctx);
                let word = if line.unplanned { "extra" } else { "" };
                let quiet = line.unplanned && row.missing == 0;
                (sign, word.to_owned(), if quiet { theme.quiet } else { loud })
            }
        };
        let name = event(row.kind.as_deref(), row.event.as_deref());
        let style = match &line.expected {
            Some(expected) if expected.standing() == ExpectationStatus::Unseen => theme.unused,
            Some(expected) if expected.is_doubtful() => theme.text,
            Some(expected)
                if expected.standing() == ExpectationStatus::Met && id_shares::lost(row) == 0 =>
            {
                theme.good
            }
            Some(_) => theme.text,
            None if is_good(row) && !line.unplanned => theme.good,
            None => theme.text,
        };
        let word = if columns.sign > SIGN_WIDTH { word.as_str() } else { "" };
        painter.column(&format!("{sign} {word}"), columns.sign, loud);
        painter.column(&name, columns.event.saturating_sub(1), style).skip(1);
        painter.column(&by_words(row, columns.tab), columns.by, theme.quiet);
        let calls = row.counted.calls;
        if calls + row.counted.repeats == 0 {
            painter.put(&format!("{:>COUNT$}", look.nothing()), style);
            if columns.before > 0 {
                painter.skip(2 * (columns.bar + SHARE + 2));
                before::cell(painter, line.before.as_ref(), ctx);
            }
            return;
        }
        painter.put(&format!("{:>COUNT$}", number(calls)), style);
        for id in &row.ids {
            id_shares::cell(painter, id, columns.bar, row.discarded == 0, look);
        }
        if columns.before > 0 {
            before::cell(painter, line.before.as_ref(), ctx);
        }
        for counts in columns.vendors.iter().filter_map(|at| row.verdicts.get(*at)) {
            match verdicts::accepted_share(counts) {
                Some((worst, share)) => {
                    let mark = format!(" {}", look.verdict_sign(worst));
                    painter.skip((VENDOR + 1).saturating_sub(ACCEPTED + text::width(&mark)));
                    painter
                        .put(&mark, look.verdict(worst))
                        .put(&format!("{share:>w$}", w = ACCEPTED - 1), look.verdict(worst));
                }
                None => {
                    painter.put(&format!("{:>VENDOR$}", look.nothing()), theme.quiet);
                }
            }
        }
    }

    fn about(
        &mut self,
        builder: &mut TextBuilder<'_>,
        line: &ExpectedLine,
        tab: usize,
        ctx: &ViewContext<'_>,
    ) {
        let look = ctx.look;
        let theme = &look.theme;
        let row = &line.came;
        let counted = &row.counted;
        let name = event(row.kind.as_deref(), row.event.as_deref());
        let by = by_words(row, tab);
        builder.heading(&look.clean(&name), &look.clean(&by));
        if let Some(expected) = &line.expected {
            expected::about(builder, expected, ctx);
        }
        if let Some(before) = &line.before {
            before::about(builder, before, ctx);
        }
        if counted.calls + counted.repeats == 0 {
            return;
        }
        id_shares::about(builder, row, ctx);
        if counted.repeats > 0 {
            let repeats = count(counted.repeats, "repeat", "repeats");
            builder.labelled(10, "  also", &format!("{repeats}, not counted"), theme.repeat);
        }
        times(builder, counted, 10);
        verdicts::about(builder, row, ctx);
    }

    fn example(line: &ExpectedLine) -> Option<u64> {
        let counted = &line.came.counted;
        (counted.calls + counted.repeats > 0).then_some(counted.row)
    }

    fn behind(
        &self,
        line: &ExpectedLine,
        tab: usize,
        rows: &[ExpectedLine],
        _ctx: &ViewContext<'_>,
    ) -> Result<String, String> {
        let row = &line.came;
        if line.before.as_ref().is_some_and(BeforeCell::is_gone) {
            return match TAB_GROUPINGS[tab] {
                GroupBy::Event => Err("the other recording has the calls of this event".to_owned()),
                _ => {
                    let terms = drill_down::event_terms(row.kind.as_deref(), row.event.as_deref());
                    Ok(drill_down::all(terms, RepeatCounting::new(1, 0)))
                }
            };
        }
        let mut terms = match &line.expected {
            Some(expected) => expected::behind(expected, rows)?,
            None => drill_down::event_terms(row.kind.as_deref(), row.event.as_deref()),
        };
        terms.extend(match TAB_GROUPINGS[tab] {
            GroupBy::Event => Vec::new(),
            GroupBy::Library => {
                drill_down::library_terms(row.by.as_deref(), row.by_version.as_deref())
            }
            GroupBy::AppVersion => drill_down::app_terms(row.by.as_deref()),
            GroupBy::WriteKey => drill_down::key_terms(row.by.as_deref()),
        });
        Ok(drill_down::all(terms, RepeatCounting::new(row.counted.calls, row.counted.repeats)))
    }

    fn nothing(&self, _tab: usize, ctx: &ViewContext<'_>) -> EmptyPage {
        EmptyPage {
            says: empty_page::none("coverage", ctx),
            is_good: false,
            shows: "This page has one line for each event: how many calls, what share of them has \
                    an account id and a user id, and how many each vendor accepts. A line is \
                    green if all its calls have every id that is needed.",
            needs_ids: false,
        }
    }
}
