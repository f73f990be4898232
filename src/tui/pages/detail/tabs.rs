//! The detail's tabs.

use crate::inspector::{Detail, Mark};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::log::{Column, mark_style};
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// One tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// the call as a tree
    #[default]
    Call,
    /// one vendor
    Vendor(usize),
    /// all findings
    Findings,
    /// the request that carried the call
    Request,
}

/// The head of a tab: a word, and a sign with its own color.
#[derive(Debug)]
pub struct TabHead {
    /// The tab.
    pub tab: Tab,
    word: String,
    sign: String,
    style: Style,
}

impl TabHead {
    fn width(&self, spread: TabSpacing) -> usize {
        text::width(&self.word) + self.before_sign(spread) + text::width(&self.sign)
    }

    /// Returns the number of columns before the sign. A count is always separated from the word.
    fn before_sign(&self, spread: TabSpacing) -> usize {
        match self.tab {
            _ if self.sign.is_empty() => 0,
            Tab::Findings => 1,
            _ => spread.sign,
        }
    }
}

/// The columns between two tabs, and between a word and its sign.
#[derive(Debug, Clone, Copy)]
struct TabSpacing {
    gap: usize,
    sign: usize,
}

/// Returns the widest spacing with which all tabs fit, or else the narrowest.
fn spread(heads: &[TabHead], width: usize) -> TabSpacing {
    let least = TabSpacing { gap: 1, sign: 0 };
    let all = |spread: &TabSpacing| {
        let heads = heads.iter().map(|head| head.width(*spread) + spread.gap);
        heads.sum::<usize>() <= width + spread.gap
    };
    let spreads = [TabSpacing { gap: 2, sign: 1 }, TabSpacing { gap: 1, sign: 1 }];
    spreads.into_iter().find(all).unwrap_or(least)
}

/// Returns the tabs of a row. A vendor that is not in use has a tab if the user asks for such
/// vendors or if its tab is open.
pub fn heads(data: &Detail, open: Tab, ctx: &ViewContext<'_>) -> Vec<TabHead> {
    let look = ctx.look;
    let plain = |tab, word: &str| TabHead {
        tab,
        word: word.to_owned(),
        sign: String::new(),
        style: look.theme.tab,
    };
    let Detail::Call(call) = data else { return vec![plain(Tab::Request, "request")] };
    let mut out = vec![plain(Tab::Call, "call")];
    for detail in &call.vendors {
        let Some(vendor) = ctx.shared.vendors.get(detail.vendor) else { continue };
        let is_asked_for = ctx.shared.columns.contains(&Column::OtherVendors);
        let is_in_use = ctx.shared.in_use.vendors.contains(&detail.vendor);
        if !is_asked_for && !is_in_use && open != Tab::Vendor(detail.vendor) {
            continue;
        }
        let row = call.row.marks.get(detail.vendor);
        let misses = row.is_some_and(|mark| mark.misses);
        let folded = row.is_some_and(|mark| mark.folded);
        let mark = Mark { verdict: detail.verdict, in_use: detail.in_use, misses, folded };
        out.push(TabHead {
            tab: Tab::Vendor(detail.vendor),
            word: look.clean(&vendor.short).into_owned(),
            sign: look.verdict_sign(detail.verdict).to_owned(),
            style: mark_style(mark, look),
        });
    }
    let counted = call.vendors.iter().filter(|detail| detail.in_use).flat_map(|d| &d.findings);
    let all = counted.chain(&call.common).map(|finding| finding.severity);
    let worst = all.clone().min();
    let mut findings = plain(Tab::Findings, "findings");
    if let Some(worst) = worst {
        findings.sign = all.count().to_string();
        findings.style = look.severity(worst);
    }
    out.push(findings);
    out.push(plain(Tab::Request, "request"));
    out
}

/// Returns the tabs that fit into a width, each with its column: starting at the first tab, or at
/// a later one if the open tab would not be visible.
fn visible_tabs(
    heads: &[TabHead],
    (open, spread): (Tab, TabSpacing),
    width: usize,
) -> impl Iterator<Item = (usize, &TabHead)> {
    let at = heads.iter().position(|head| head.tab == open).unwrap_or(0);
    let wide = move |head: &TabHead| head.width(spread) + spread.gap;
    let span = |from: usize| heads[from..=at].iter().map(wide).sum::<usize>();
    let fits = |from: &usize| heads.is_empty() || span(*from) <= width + spread.gap;
    let from = (0..=at).find(fits).unwrap_or(at);
    heads.iter().skip(from).scan(0, move |column, head| {
        let here = *column;
        *column += wide(head);
        Some((here, head))
    })
}

/// Returns the tab at a column.
pub fn tab_at(heads: &[TabHead], open: Tab, width: usize, column: usize) -> Option<Tab> {
    let spread = spread(heads, width);
    visible_tabs(heads, (open, spread), width)
        .find(|(at, head)| (*at..*at + head.width(spread)).contains(&column))
        .map(|(_, head)| head.tab)
}

/// Draws the tabs. The open tab and the tab whose page stands beside the call are emphasized.
pub fn render(
    buffer: &mut Buffer,
    area: Rect,
    heads: &[TabHead],
    open: Tab,
    beside: Tab,
    look: &Appearance,
) {
    let spread = spread(heads, usize::from(area.width));
    for (column, head) in visible_tabs(heads, (open, spread), usize::from(area.width)) {
        let Some(mut painter) = Painter::on(buffer, area, 0, look) else { return };
        let current = head.tab == open;
        painter.skip(column);
        // without color and underline, a `*` marks the open tab
        let style = match head.tab {
            tab if tab == open => look.theme.tab_current,
            tab if tab == beside => look.theme.heading,
            _ => look.theme.tab,
        };
        painter.put(&head.word, style);
        if !head.sign.is_empty() {
            painter.skip(head.before_sign(spread)).put(&head.sign, head.style);
        }
        if current && look.ascii {
            painter.put("*", look.theme.tab_current);
        }
    }
}
