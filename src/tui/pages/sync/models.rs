//! The models of the run, with the number of stored objects and of errors of each.

use crate::call::time::Millis;
use crate::inspector::{GroupedRows, ModelRow, Panel, PushesView, Status};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::page::Page;
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::detail::text_builder::TextBuilder;
use crate::tui::pages::lists::empty_page::EmptyPage;
use crate::tui::pages::lists::list_content::ListContent;
use crate::tui::pages::lists::sort::{SortColumn, SortedHead};
use crate::tui::pages::sync::pushers;
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::text;
use ratatui::style::Style;
use ratatui::text::Span;

/// The width of a number.
const NUMBER: usize = 16;
/// The minimum and maximum widths of a model's name.
const NAME_WIDTHS: (usize, usize) = (12, 48);

/// The run as it was read last.
#[derive(Default)]
pub struct Models {
    /// The run that started last.
    pub pushes: PushesView,
}

impl Models {
    /// Returns the run, or none if nothing was pushed yet.
    pub fn run(&self) -> Option<&Panel> {
        self.pushes.run.as_ref()
    }
}

impl ListContent for Models {
    const PAGE: Page = Page::Sync;
    const PLACE: KeyContext = KeyContext::Sync;
    const FOOTER: &'static [Action] = &[
        Action::Open,
        Action::CopySettings,
        Action::Search,
        Action::Sort,
        Action::ShowLog,
        Action::Help,
        Action::BackOrQuit,
    ];
    const COUNTS_CALLS: bool = false;
    const HAS_PANE: bool = false;
    type Row = ModelRow;
    /// The width of the name.
    type Columns = usize;
    const TABS: &'static [&'static str] = &[];
    const WORDS: (&'static str, &'static str) = ("model", "models");

    fn read(&mut self, _tab: usize, ctx: &ViewContext<'_>) -> GroupedRows<ModelRow> {
        self.pushes = ctx.inspector.pushes();
        let rows = self.run().map_or_else(Vec::new, |run| run.models.clone());
        GroupedRows { of: rows.len() as u64, rows, other: 0 }
    }

    fn lines(&self, ctx: &ViewContext<'_>) -> Vec<Vec<Span<'static>>> {
        let Some(run) = self.run() else { return Vec::new() };
        let look = ctx.look;
        let theme = &look.theme;
        let vendors =
            pushers(ctx).map(|(title, _)| title.to_owned()).collect::<Vec<_>>().join(", ");
        let (words, style) = status(run, ctx);
        let none = || look.nothing().to_owned();
        let last_sync = run.last_sync.map_or_else(none, |at| look.moment(at));
        let took = run.duration_ms.map_or_else(none, duration);
        vec![
            vec![
                Span::styled(format!(" {}", look.clean(&vendors)), theme.heading),
                Span::styled(format!(" {} Segment  ", look.arrow()), theme.heading),
                Span::styled(words, style),
            ],
            vec![
                Span::styled(" last sync ", theme.label),
                Span::styled(last_sync, theme.text),
                Span::styled("   duration ", theme.label),
                Span::styled(took, theme.text),
            ],
            Vec::new(),
        ]
    }

    fn text(row: &ModelRow, _tab: usize, _ctx: &ViewContext<'_>) -> String {
        row.model.clone()
    }

    fn sorts(_tab: usize) -> &'static [SortColumn<ModelRow>] {
        const SORTS: &[SortColumn<ModelRow>] = &[
            SortColumn::ascending("Model", |a, b| a.model.cmp(&b.model)),
            SortColumn::descending("Objects Synced", |a, b| {
                b.objects_synced.cmp(&a.objects_synced)
            }),
            SortColumn::descending("Errors", |a, b| b.errors.cmp(&a.errors)),
        ];
        SORTS
    }

    fn same(a: &ModelRow, b: &ModelRow) -> bool {
        a.model == b.model
    }

    fn columns(room: usize, rows: &[ModelRow], _tab: usize, ctx: &ViewContext<'_>) -> usize {
        let widest = rows.iter().map(|row| text::width(&ctx.look.clean(&row.model))).max();
        let name = widest.unwrap_or(0).clamp(NAME_WIDTHS.0, NAME_WIDTHS.1);
        name.min(room.saturating_sub(2 * NUMBER).max(NAME_WIDTHS.0))
    }

    fn heads(painter: &mut Painter<'_>, name: &usize, sorted: &SortedHead, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        painter.column(&sorted.head("Model"), *name, theme.label);
        painter.put(&format!("{:>NUMBER$}", sorted.head("Objects Synced")), theme.label);
        painter.put(&format!("{:>NUMBER$}", sorted.head("Errors")), theme.label);
    }

    fn row(painter: &mut Painter<'_>, row: &ModelRow, name: &usize, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        let errors = if row.errors > 0 { theme.error } else { theme.quiet };
        painter.column(&row.model, *name, theme.text);
        let mut objects = grouped(row.objects_synced);
        if row.has_uncounted {
            objects.push('+');
        }
        painter.put(&format!("{objects:>NUMBER$}"), theme.text);
        painter.put(&format!("{:>NUMBER$}", grouped(row.errors)), errors);
    }

    fn about(
        &mut self,
        _builder: &mut TextBuilder<'_>,
        _row: &ModelRow,
        _tab: usize,
        _ctx: &ViewContext<'_>,
    ) {
    }

    fn example(_row: &ModelRow) -> Option<u64> {
        None
    }

    fn behind(
        &self,
        _row: &ModelRow,
        _tab: usize,
        _rows: &[ModelRow],
        _ctx: &ViewContext<'_>,
    ) -> Result<String, String> {
        Err("objects have no calls".to_owned())
    }

    fn nothing(&self, _tab: usize, _ctx: &ViewContext<'_>) -> EmptyPage {
        EmptyPage {
            says: "No object has been received in this run.".to_owned(),
            is_good: true,
            shows: "This page has one line for each model: how many objects were synced, and how \
                    many errors there were.",
            needs_ids: false,
        }
    }
}

/// Returns the status of a run in words. A run with errors is never `ok`.
fn status(run: &Panel, ctx: &ViewContext<'_>) -> (String, Style) {
    let theme = &ctx.look.theme;
    let (words, style) = match run.status {
        Status::Running => ("running", theme.text),
        Status::Ok if run.errors() > 0 => ("ended", theme.text),
        Status::Ok => ("ok", theme.good),
        Status::Failed => ("failed, according to its source", theme.error),
        Status::Expired => ("expired: nothing arrived for ten minutes", theme.warning),
    };
    match run.errors() {
        0 => (words.to_owned(), style),
        some => (format!("{words}, with {}", count(some, "error", "errors")), theme.error),
    }
}

/// Returns a duration in short words.
fn duration(ms: Millis) -> String {
    match ms / 1000 {
        0 => format!("{ms} ms"),
        1..60 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        60..3600 => format!("{} min {} s", ms / 60_000, ms / 1000 % 60),
        _ => format!("{} h {} min", ms / 3_600_000, ms / 60_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn writes_durations_in_short_words() {
        let shown = [0, 999, 1_000, 30_049, 61_000, 3_599_999, 7_260_000].map(duration);
        assert_eq!(
            shown,
            ["0 ms", "999 ms", "1.0 s", "30.0 s", "1 min 1 s", "59 min 59 s", "2 h 1 min"]
        );
    }
}
