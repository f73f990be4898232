//! Before the first call: where to send, a line to try it, and what to change in each SDK.

use super::World;
use crate::tui::look::Pen;
use crate::tui::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::sync::LazyLock;

#[derive(serde::Deserialize)]
struct SdkLines {
    curl: String,
    try_it: String,
    sdk: Vec<Sdk>,
    note: String,
}

#[derive(serde::Deserialize)]
struct Sdk {
    name: String,
    change: String,
}

static LINES: LazyLock<SdkLines> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../assets/sdk-lines.toml"))
        .expect("the lines that come with the program are TOML; a test reads them")
});

/// Draws it.
pub fn render(buffer: &mut Buffer, body: Rect, world: &World<'_>) {
    let theme = &world.look.theme;
    let Some(base) = world.shared.addresses.first() else {
        let mut line = Line { buffer, body, world, at: 1 };
        return line.write(&[("  no calls here", theme.quiet)]);
    };
    let port = base.rsplit_once(':').map_or("80", |(_, port)| port);
    let fill = |text: &str, base: &str| text.replace("BASE", base).replace("PORT", port);
    let names = LINES.sdk.iter().map(|sdk| text::width(&sdk.name)).max().unwrap_or(0);
    let room = usize::from(body.width).saturating_sub(names + 5);
    let whole = LINES.sdk.iter().all(|sdk| text::width(&fill(&sdk.change, base)) <= room);
    let (address, key) = match whole {
        true => (base.as_str(), "(K is your write key, or any other)".to_owned()),
        false => ("URL", format!("(URL is {base}, K any write key)")),
    };
    let roomy = body.height >= 30;
    let mut line = Line { buffer, body, world, at: usize::from(roomy) };
    line.write(&[("  Waiting for the first call at ", theme.text), (base, theme.brand)]);
    line.gap(true);
    line.write(&[("  Try it: ", theme.heading), (&LINES.try_it, theme.quiet)]);
    line.folded(&fill(&LINES.curl, base), theme.key);
    line.gap(true);
    line.write(&[("  Point your SDK here ", theme.heading), (&key, theme.quiet)]);
    for sdk in &LINES.sdk {
        line.write(&[
            (&format!("  {:<names$}  ", sdk.name), theme.label),
            (&fill(&sdk.change, address), theme.text),
        ]);
        line.gap(roomy && body.height >= 46);
    }
    line.gap(roomy);
    line.write(&[("  ", theme.quiet), (&LINES.note, theme.quiet)]);
}

struct Line<'l, 'w> {
    buffer: &'l mut Buffer,
    body: Rect,
    world: &'l World<'w>,
    at: usize,
}

impl Line<'_, '_> {
    fn write(&mut self, parts: &[(&str, Style)]) {
        if let Some(mut pen) = Pen::on(self.buffer, self.body, self.at, self.world.look) {
            for (part, style) in parts {
                pen.show(part, *style);
            }
        }
        self.at += 1;
    }

    fn gap(&mut self, wanted: bool) {
        self.at += usize::from(wanted);
    }

    /// A command over as many lines as it needs: a backslash goes on in the next.
    fn folded(&mut self, command: &str, style: Style) {
        let room = usize::from(self.body.width).saturating_sub(8);
        let mut rest = command;
        let mut indent = "    ";
        while text::width(rest) > room {
            let end = text::head(rest, room);
            let Some(cut) = rest[..end].rfind(" -") else { break };
            self.write(&[(indent, style), (&rest[..cut], style), (" \\", style)]);
            rest = rest[cut..].trim_start();
            indent = "      ";
        }
        self.write(&[(indent, style), (rest, style)]);
    }
}
