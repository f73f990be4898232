//! The texts of a list page: the number of rows, or why there are none.

use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::{count, grouped};
use crate::tui::pages::lists::empty_page::EmptyPage;
use crate::tui::pages::lists::list_content::ListContent;
use crate::tui::pages::lists::list_page::ListPage;
use ratatui::text::Span;

impl<T: ListContent> ListPage<T> {
    /// Returns the text of the empty page.
    pub(super) fn nothing(&self, ctx: &ViewContext<'_>) -> EmptyPage {
        let nothing = self.topic.nothing(self.tab, ctx);
        let Some(counted) = self.counted else { return nothing };
        let says = match counted.calls {
            _ if !counted.is_complete() => "Counting the calls that pass the filter.".to_owned(),
            0 => "No call passes the filter.".to_owned(),
            calls => {
                let calls = count(calls, "call", "calls");
                format!("Nothing to list in the {calls} that pass the filter.")
            }
        };
        EmptyPage { says, is_good: nothing.is_good && counted.calls > 0, ..nothing }
    }

    pub(super) fn rows_line(&self, ctx: &ViewContext<'_>) -> Vec<Span<'static>> {
        let theme = &ctx.look.theme;
        let shown = self.groups.rows.len() as u64;
        let (one, many) = T::WORDS;
        let mut out = vec![Span::styled(count(self.groups.of, one, many), theme.quiet)];
        if shown < self.groups.of {
            out.push(Span::styled(format!(", the first {}", grouped(shown)), theme.warning));
        }
        if self.groups.other > 0 {
            let calls = count(self.groups.other, "call", "calls");
            out.push(Span::styled(format!("  {calls} not counted separately"), theme.lost));
        }
        out
    }
}
