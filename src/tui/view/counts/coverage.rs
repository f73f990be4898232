//! Event by event, and by library, app version or write key within each: how many calls have an
//! account id and a user id, and how much of them each vendor takes.

use super::super::World;
use super::super::detail::paper::Paper;
use super::behind::{self, Grouped};
use super::board::Topic;
use super::empty::Nothing;
use super::expected::{self, Line};
use super::ids::{self, SHARE, is_good, standing};
use super::signs::{event, number, times, widest};
use crate::findings::{Verdict, VerdictCounts};
use crate::inspector::{By, Coverage, Expectations, Groups, Standing};
use crate::report::{percent, percents};
use crate::tui::look::Pen;
use crate::tui::shared::{count, grouped};
use crate::tui::text::{self, masked};
use ratatui::text::Span;
use std::collections::HashMap;

/// Columns of the sign before a row.
const SIGN: usize = 2;
/// Columns of a count.
const COUNT: usize = 8;
/// Columns of a vendor: a blank, the mark, the share.
const VENDOR: usize = 6;
/// An event has so much room before bars have any, where it is counted by something.
const MOST_NAME: usize = 24;
/// Columns of a vendor's share.
const TAKEN: usize = 5;
/// From this room on bars are long.
const ROOMY: usize = 105;
/// What an event and what it is counted by have at least, and what they may have.
const LEAST: usize = 12;
const MOST: usize = 60;

/// What each tab counts by.
const BY: [By; 4] = [By::Event, By::Library, By::AppVersion, By::WriteKey];

/// The page's own state: what is expected, and how it stood when it was read last.
#[derive(Default)]
pub struct Events {
    expectations: Option<Expectations>,
}

/// How wide the columns are.
pub struct Columns {
    tab: usize,
    sign: usize,
    event: usize,
    by: usize,
    bar: usize,
    vendors: usize,
}

/// What a row is counted by, in words.
fn by_words(row: &Coverage, tab: usize) -> String {
    match (BY[tab], row.by.as_deref()) {
        (By::Event, _) => String::new(),
        (By::WriteKey, Some(key)) => masked(key),
        (_, Some(by)) => by.to_owned(),
        (By::Library, None) => "no library".to_owned(),
        (By::AppVersion, None) => "no version".to_owned(),
        (By::WriteKey, None) => "no write key".to_owned(),
    }
}

/// The worst verdict of a vendor, and what share it takes of the calls that it counts for: the sum of
/// the shares that stand beside the list.
fn taken(counts: &VerdictCounts) -> Option<(Verdict, String)> {
    let all = || Verdict::WORST_FIRST.iter().zip(counts).zip(percents(counts));
    let ((worst, _), _) = all().find(|((_, count), _)| **count > 0)?;
    let takes = all().filter(|((verdict, _), _)| verdict.goes_through());
    let sum =
        |(calls, share), ((_, count), percent): ((_, &u64), _)| (calls + count, share + percent);
    let (calls, share) = takes.fold((0, 0), sum);
    Some((*worst, percent(share, calls, counts.iter().sum())))
}

impl Topic for Events {
    type Row = Line;
    type Columns = Columns;
    const TABS: &'static [&'static str] =
        &["coverage by event", "library", "app version", "write key"];
    const WORDS: (&'static str, &'static str) = ("row", "rows");

    fn read(&mut self, tab: usize, world: &World<'_>) -> Groups<Line> {
        let Groups { rows, of, other } = world.inspector.coverage(BY[tab]);
        let mut groups = Groups { rows: rows.into_iter().map(Line::of).collect(), of, other };
        self.expectations = world.inspector.expectations();
        if let Some(expectations) = self.expectations.as_ref().filter(|_| tab == 0) {
            return expected::with_expected(groups, expectations);
        }
        // the rows of an event stand together, where the event alone would stand
        let mut totals: HashMap<(Option<String>, Option<String>), (u64, u64)> = HashMap::new();
        for Line { came, .. } in &groups.rows {
            let total = totals.entry((came.kind.clone(), came.event.clone()));
            let (calls, first) = total.or_insert((0, came.counted.seq));
            *calls += came.counted.calls;
            *first = (*first).min(came.counted.seq);
        }
        groups.rows.sort_by_cached_key(|Line { came, .. }| {
            let (calls, first) =
                totals.get(&(came.kind.clone(), came.event.clone())).copied().unwrap_or_default();
            (std::cmp::Reverse(calls), first, std::cmp::Reverse(came.counted.calls))
        });
        groups
    }

    fn line(&self, world: &World<'_>) -> Option<Vec<Span<'static>>> {
        self.expectations.as_ref().map(|expectations| expected::line(expectations, world))
    }

    fn same(Line { came: a, .. }: &Line, Line { came: b, .. }: &Line) -> bool {
        (&a.kind, &a.event, &a.by) == (&b.kind, &b.event, &b.by)
    }

    fn columns(room: usize, rows: &[Line], tab: usize, world: &World<'_>) -> Columns {
        let vendors = world.shared.vendors.len();
        let planned = rows.iter().any(|line| line.expected.is_some());
        let sign = if planned { expected::WIDE } else { SIGN };
        let by: Vec<String> = rows.iter().map(|line| by_words(&line.came, tab)).collect();
        let by = widest(by.iter().map(String::as_str), (LEAST, MOST), world.look);
        let by = if tab == 0 { 0 } else { by + 1 };
        let names =
            rows.iter().map(|Line { came, .. }| event(came.kind.as_deref(), came.event.as_deref()));
        let names: Vec<String> = names.collect();
        let name = widest(names.iter().map(String::as_str), (LEAST, MOST), world.look) + 1;
        // in little room the names keep theirs: first the word of a sign goes, then vendors from the
        // last on, which stand beside the list too
        let counted = COUNT + 2 * (SHARE + 2);
        let least = if tab == 0 { LEAST } else { 18 };
        let sign = if sign + counted + least > room { SIGN } else { sign };
        let fits = room.saturating_sub(sign + counted + least) / VENDOR;
        let vendors = vendors.min(fits);
        let room_of_names = room.saturating_sub(sign + counted + vendors * VENDOR);
        // a bar only where the names keep their room, and what they are counted by is seen whole
        let whole = if tab == 0 { LEAST } else { by + name.min(MOST_NAME) };
        let bar = match room_of_names.saturating_sub(whole) / 2 {
            long if room >= ROOMY && long >= 10 => 10,
            short if short >= 4 => 4,
            _ => 0,
        };
        let both = room_of_names.saturating_sub(2 * bar);
        // what the names do not need is for what they are counted by
        let by = by.min(both.saturating_sub(name).max(both / 2));
        Columns { tab, sign, event: both - by, by, bar, vendors }
    }

    fn heads(pen: &mut Pen<'_>, columns: &Columns, world: &World<'_>) {
        let label = world.look.theme.label;
        let expected = if columns.sign > SIGN { "expected" } else { "" };
        pen.column(expected, columns.sign, label).column("event", columns.event, label);
        pen.column(Events::TABS[columns.tab], columns.by, label);
        pen.put(&format!("{:>COUNT$}", "calls"), label);
        let wide = columns.bar + SHARE;
        let words = if columns.bar > 0 { ["account", "user"] } else { ["acct", "user"] };
        for word in words {
            // below the word stand the per cent, and the last column is the mark's
            pen.put(&format!("  {word:>w$} ", w = wide - 1), label);
        }
        for (at, vendor) in world.shared.vendors.iter().take(columns.vendors).enumerate() {
            let used = world.shared.in_use.vendors.contains(&at);
            let style = if used { label } else { world.look.theme.unused };
            let short = world.look.clean(&vendor.short);
            let short = text::cut(&short, VENDOR - 1, world.look.ellipsis()).into_owned();
            pen.skip(VENDOR - text::width(&short)).put(&short, style);
        }
    }

    fn row(pen: &mut Pen<'_>, line: &Line, columns: &Columns, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let row = &line.came;
        let (sign, word, loud) = match &line.expected {
            Some(expected) => expected::standing(expected, world),
            None => {
                let (sign, _, loud) = standing(row, world);
                let word = if line.unplanned { "extra" } else { "" };
                let quiet = line.unplanned && row.missing == 0;
                (sign, word.to_owned(), if quiet { theme.quiet } else { loud })
            }
        };
        let name = event(row.kind.as_deref(), row.event.as_deref());
        let style = match &line.expected {
            Some(expected) if expected.standing() == Standing::Unseen => theme.unused,
            Some(expected) if expected.is_doubtful() => theme.text,
            Some(expected) if expected.standing() == Standing::Met && ids::lost(row) == 0 => {
                theme.good
            }
            Some(_) => theme.text,
            None if is_good(row) && !line.unplanned => theme.good,
            None => theme.text,
        };
        let word = if columns.sign > SIGN { word.as_str() } else { "" };
        pen.column(&format!("{sign} {word}"), columns.sign, loud);
        pen.column(&name, columns.event.saturating_sub(1), style).skip(1);
        pen.column(&by_words(row, columns.tab), columns.by, theme.quiet);
        let calls = row.counted.calls;
        if calls + row.counted.repeats == 0 {
            pen.put(&format!("{:>COUNT$}", look.nothing()), style);
            return;
        }
        pen.put(&format!("{:>COUNT$}", number(calls)), style);
        for id in &row.ids {
            ids::cell(pen, id, columns.bar, row.discarded == 0, look);
        }
        for counts in row.verdicts.iter().take(columns.vendors) {
            match taken(counts) {
                Some((worst, share)) => {
                    let mark = format!(" {}", look.verdict_sign(worst));
                    pen.skip((VENDOR + 1).saturating_sub(TAKEN + text::width(&mark)));
                    pen.put(&mark, look.verdict(worst))
                        .put(&format!("{share:>w$}", w = TAKEN - 1), look.verdict(worst));
                }
                None => {
                    pen.put(&format!("{:>VENDOR$}", look.nothing()), theme.quiet);
                }
            }
        }
    }

    fn about(&mut self, paper: &mut Paper<'_>, line: &Line, tab: usize, world: &World<'_>) {
        let look = world.look;
        let theme = &look.theme;
        let row = &line.came;
        let counted = &row.counted;
        let name = event(row.kind.as_deref(), row.event.as_deref());
        let by = by_words(row, tab);
        paper.heading(&look.clean(&name), &look.clean(&by));
        if let Some(expected) = &line.expected {
            expected::about(paper, expected, world);
        }
        if counted.calls + counted.repeats == 0 {
            return;
        }
        ids::about(paper, row, world);
        if counted.repeats > 0 {
            let repeats = count(counted.repeats, "repeat", "repeats");
            paper.labelled(10, "  besides", &format!("{repeats}, not counted"), theme.repeat);
        }
        times(paper, counted, 10);
        paper.heading("Verdicts", "the mark in the list is the worst, the number what is taken");
        for (vendor, counts) in world.shared.vendors.iter().zip(&row.verdicts) {
            let title = look.clean(&vendor.title);
            let title = text::cut(&title, 20, look.ellipsis());
            let of: u64 = counts.iter().sum();
            let mut spans = vec![Span::styled(format!("  {title:<20}"), theme.label)];
            if of == 0 {
                spans.push(Span::styled("counts for none of these".to_owned(), theme.quiet));
            }
            let shares = percents(counts);
            for (at, verdict) in Verdict::WORST_FIRST.iter().enumerate().rev() {
                let calls = &counts[at];
                if *calls > 0 {
                    let sign = look.verdict_sign(*verdict);
                    let share = percent(shares[at], *calls, of);
                    let words =
                        format!("{sign} {} {} ({share})  ", verdict.name(), grouped(*calls));
                    spans.push(Span::styled(words, look.verdict(*verdict)));
                }
            }
            paper.line(spans);
        }
    }

    fn example(line: &Line) -> Option<u64> {
        let counted = &line.came.counted;
        (counted.calls + counted.repeats > 0).then_some(counted.row)
    }

    fn behind(
        &self,
        line: &Line,
        tab: usize,
        rows: &[Line],
        _world: &World<'_>,
    ) -> Result<String, String> {
        let row = &line.came;
        let mut terms = match &line.expected {
            Some(expected) => expected::behind(expected, rows)?,
            None => behind::event_terms(row.kind.as_deref(), row.event.as_deref()),
        };
        terms.extend(match BY[tab] {
            By::Event => Vec::new(),
            By::Library => behind::library_terms(row.by.as_deref(), row.by_version.as_deref()),
            By::AppVersion => behind::app_terms(row.by.as_deref()),
            By::WriteKey => behind::key_terms(row.by.as_deref()),
        });
        Ok(behind::all(terms, Grouped::of(row.counted.calls, row.counted.repeats)))
    }

    fn nothing(&self, _tab: usize, _world: &World<'_>) -> Nothing {
        Nothing {
            says: "No call came yet, so there is nothing to cover.".to_owned(),
            is_good: false,
            shows: "Here stands a line for each event: how many calls, what share of them has an \
                    account id and a user id, and how much of it each vendor takes. A line whose \
                    calls have each id that is looked for is green.",
            needs_ids: false,
        }
    }
}
