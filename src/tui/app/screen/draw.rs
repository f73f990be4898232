//! Reading the data of a frame, showing notices about it, and drawing it.

use crate::engine::VendorChanges;
use crate::inspector::Inspector;
use crate::tui::app::layout::{ScreenLayout, areas};
use crate::tui::app::page::Page;
use crate::tui::app::screen::{Screen, ctx};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::count;
use crate::tui::bars::{footer, status_bar};
use crate::tui::dialogs::rejudge_report::rejudge_report;
use crate::tui::pages::log::library_habits;
use crate::tui::theme::painter::Painter;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

/// The smallest screen on which the page is drawn.
const MIN_SIZE: Size = Size { width: 40, height: 10 };

impl Screen {
    /// Shows once what changed when all calls were judged again: in a window, or in a notice if nothing
    /// changed.
    fn report_rejudge(&mut self) {
        let Some(judged) = self.shared.settings.judged.clone() else { return };
        if judged.number <= self.reported_rejudge {
            return;
        }
        self.reported_rejudge = judged.number;
        match &judged.changes {
            Ok(changes) if changes.vendors.iter().all(VendorChanges::is_none) => {
                let calls = count(changes.calls, "call", "calls");
                self.say(format!("checked {calls} again: nothing changed"));
            }
            // a user who has done something else meanwhile is not interrupted
            Ok(changes) if !self.windows.is_empty() || !self.awaits_report => {
                let changed = changes.vendors.iter().filter(|vendor| !vendor.is_none());
                let sentences: Vec<String> = changed.map(VendorChanges::sentence).collect();
                self.say(sentences.join("; "));
            }
            _ => self.windows.push(Box::new(rejudge_report(judged))),
        }
    }

    /// Shows the result of sending a call, except on the compose page, which shows it anyway.
    fn report_sending(&mut self) {
        if self.sent == self.shared.sending {
            return;
        }
        self.sent.clone_from(&self.shared.sending);
        if let Some(sending) = self.sent.as_ref().filter(|_| self.page != Page::Compose) {
            self.say(sending.words());
        }
    }

    /// Returns true if the inspector has other data than the last frame.
    pub(super) fn is_out_of_date(&self, inspector: &Inspector) -> bool {
        self.version != Some(inspector.version()) || inspector.has_other_counts(&self.shared.stats)
    }

    /// Reads from the inspector the data of the next frame. To be called before each [`Screen::render`].
    pub fn sync(&mut self, inspector: &Inspector) {
        // the version is read first, so that the next frame reads again what changes meanwhile
        let version = inspector.version();
        self.version = Some(version);
        self.dirty = false;
        self.shared.read(inspector);
        self.look.times.set_now(inspector.now());
        self.apply_settings(inspector);
        self.report_rejudge();
        self.report_sending();
        let layout = self.layout();
        if !layout.histogram.is_empty() {
            self.dirty |= self.histogram.sync(layout.histogram.width, inspector);
        }
        let (body, areas) = areas(&self.windows, layout.body);
        let ctx = ctx!(self, inspector);
        self.pages[self.page as usize].sync(body, &ctx);
        for (window, area) in self.windows.iter_mut().zip(areas) {
            window.sync(area, &ctx);
        }
        self.shared.matches = self.pages[self.page as usize].match_count(&ctx);
    }

    /// Draws the data that was read.
    pub fn render(&self, buffer: &mut Buffer, inspector: &Inspector) {
        let all = buffer.area;
        if all.width < MIN_SIZE.width || all.height < MIN_SIZE.height {
            return self.too_small(buffer);
        }
        let ctx = ctx!(self, inspector);
        let layout = self.layout();
        status_bar::status(buffer, layout.status, self.page, &ctx);
        let page = &self.pages[self.page as usize];
        status_bar::in_use_line(buffer, layout.in_use, &page.state(&ctx), &ctx);
        if let Some(text) = self.banner() {
            status_bar::banner(buffer, layout.banner, text, &ctx);
        }
        status_bar::settings_line(buffer, layout.settings, &ctx);
        library_habits::noise(buffer, layout.noise, &ctx);
        self.histogram.render(buffer, layout.histogram, &ctx);
        let (body, areas) = areas(&self.windows, layout.body);
        page.render(buffer, body, &ctx);
        for (window, area) in self.windows.iter().zip(areas) {
            window.render(buffer, area, &ctx);
        }
        let notice = self.notice.as_ref().map(|notice| notice.words.as_str());
        footer::footer(buffer, layout.footer, self.top(), &self.pending_keys, notice, &ctx);
    }

    fn too_small(&self, buffer: &mut Buffer) {
        let all = buffer.area;
        let (width, height) = (MIN_SIZE.width, MIN_SIZE.height);
        let needs = format!("needs {width}x{height},");
        let whole = format!("segscope {needs}");
        let lines = [
            if whole.len() > usize::from(all.width) { needs } else { whole },
            format!("this is {}x{}", all.width, all.height),
        ];
        for (line, words) in lines.iter().enumerate() {
            if let Some(mut painter) = Painter::on(buffer, all, line, &self.look) {
                painter.put(words, self.look.theme.text);
            }
        }
    }

    /// Returns the text of the banner, until the user closes it.
    pub(crate) fn banner(&self) -> Option<&str> {
        self.closed_banners.open_text(&self.shared.stats)
    }

    pub(crate) fn layout(&self) -> ScreenLayout {
        let noise = !self.shared.common.is_empty();
        let settings = self.shared.settings.has_line();
        let banner = self.banner().is_some();
        let histogram = self.histogram.height(self.page, self.size.height);
        ScreenLayout::new(self.size, [banner, settings, noise], histogram)
    }
}
