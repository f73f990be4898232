//! A frame: what is read from the inspector for it, what is said of that, and how it is drawn.

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

/// The smallest screen that the page is laid out for.
const LEAST: Size = Size { width: 40, height: 10 };

impl Screen {
    /// All calls were checked again: what changed is said once. Where nothing did, in a line.
    fn tell_judged(&mut self) {
        let Some(judged) = self.shared.settings.judged.clone() else { return };
        if judged.number <= self.told {
            return;
        }
        self.told = judged.number;
        match &judged.changes {
            Ok(changes) if changes.vendors.iter().all(VendorChanges::is_none) => {
                let calls = count(changes.calls, "call", "calls");
                self.say(format!("checked {calls} again: nothing changed"));
            }
            // who does something else meanwhile is not interrupted
            Ok(changes) if !self.windows.is_empty() || !self.awaits_report => {
                let changed = changes.vendors.iter().filter(|vendor| !vendor.is_none());
                let said: Vec<String> = changed.map(VendorChanges::sentence).collect();
                self.say(said.join("; "));
            }
            _ => self.windows.push(Box::new(rejudge_report(judged))),
        }
    }

    /// What came of a call that was sent is said, but on the page that shows it anyway.
    fn tell_sent(&mut self) {
        if self.sent == self.shared.sending {
            return;
        }
        self.sent.clone_from(&self.shared.sending);
        if let Some(sending) = self.sent.as_ref().filter(|_| self.page != Page::Compose) {
            self.say(sending.words());
        }
    }

    /// Reads from the inspector what the next frame shows. To be called before each [`Screen::render`].
    pub fn sync(&mut self, inspector: &Inspector) {
        // first the number: what changes meanwhile is read again by the next frame
        let version = inspector.version();
        self.version = Some(version);
        self.dirty = false;
        self.shared.read(inspector);
        self.look.times.set_now(inspector.now());
        self.take_looks(inspector);
        self.tell_judged();
        self.tell_sent();
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

    /// Draws what was read.
    pub fn render(&self, buffer: &mut Buffer, inspector: &Inspector) {
        let all = buffer.area;
        if all.width < LEAST.width || all.height < LEAST.height {
            return self.too_small(buffer);
        }
        let ctx = ctx!(self, inspector);
        let layout = self.layout();
        status_bar::status(buffer, layout.status, self.page, &ctx);
        let page = &self.pages[self.page as usize];
        status_bar::in_use_line(buffer, layout.in_use, &page.state(&ctx), &ctx);
        if let Some(problem) = self.problem() {
            status_bar::banner(buffer, layout.banner, problem, &ctx);
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
        footer::footer(buffer, layout.footer, self.top(), &self.begun, notice, &ctx);
    }

    fn too_small(&self, buffer: &mut Buffer) {
        let all = buffer.area;
        let (width, height) = (LEAST.width, LEAST.height);
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

    pub(crate) fn layout(&self) -> ScreenLayout {
        let noise = !self.shared.common.is_empty();
        let settings = self.shared.settings.has_line();
        let banner = self.problem().is_some();
        let histogram = self.histogram.height(self.page, self.size.height);
        ScreenLayout::new(self.size, [banner, settings, noise], histogram)
    }
}
