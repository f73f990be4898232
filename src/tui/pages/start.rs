//! Before the first call: where to send, a line to try it, and what to change in each SDK.

use crate::tui::app::view::ViewContext;
use crate::tui::pages::vendor_question::VendorQuestion;
use crate::tui::theme::Theme;
use crate::tui::widgets::page_text::PageText;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::LazyLock;

/// What screens show that wait for something.
#[derive(serde::Deserialize)]
pub struct StartLines {
    curl: String,
    curl_with_ids: String,
    try_it: String,
    sdk: Vec<Sdk>,
    note: String,
    /// The note of a listener with https.
    note_tls: String,
    /// How to point here what pushes objects.
    pub push: Push,
}

/// How to point here what pushes objects to Segment.
#[derive(serde::Deserialize)]
pub struct Push {
    /// A line to try it.
    pub curl: String,
    /// What has to be changed.
    pub note: String,
    /// The hosts that this address stands for.
    pub host: Vec<Host>,
}

/// A host of Segment's.
#[derive(serde::Deserialize)]
pub struct Host {
    /// Its address.
    pub instead_of: String,
    /// The paths that are answered.
    pub paths: String,
}

#[derive(serde::Deserialize)]
struct Sdk {
    name: String,
    change: String,
}

/// The lines that come with the program.
pub static LINES: LazyLock<StartLines> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../assets/sdk-lines.toml"))
        .expect("the lines that come with the program are TOML; a test reads them")
});

/// What is said about the answer to the question, where there is room.
const ABOUT_ANSWER: &str = "These decide what counts as missing. Your answer is saved for this folder; then digits open pages.";
/// From this height on blank lines separate the parts even while there is a question.
const SPACED: u16 = 25;

/// A line to try it: a call that lacks ids, or one that has them.
pub fn curl(base: &str, with_ids: bool) -> String {
    let port = base.rsplit_once(':').map_or("80", |(_, port)| port);
    let line = if with_ids { &LINES.curl_with_ids } else { &LINES.curl };
    line.replace("BASE", base).replace("PORT", port)
}

/// What is said where a file is open in which there is nothing.
pub fn no_calls(lines: &mut PageText<'_>, theme: &Theme) {
    lines.prose(2, "The file that is open holds no calls.", theme.text);
    lines.gap(true);
    lines.prose(2, "segscope --record FILE records what SDKs send", theme.quiet);
    lines.prose(2, "segscope open -f FILE follows a file that grows", theme.quiet);
}

/// Draws it.
pub fn render(buffer: &mut Buffer, body: Rect, question: &VendorQuestion, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    let Some(base) = ctx.shared.addresses.first() else {
        return no_calls(&mut PageText::new(buffer, body, ctx.look, 1), theme);
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
    let mut line = PageText::new(buffer, body, ctx.look, usize::from(roomy));
    // with the question 24 rows are just enough for all SDKs
    let is_spaced = !question.is_open() || body.height >= SPACED;
    if question.is_open() {
        question.write(&mut line, body.width, ctx);
        if roomy {
            line.write(&[("  ", theme.quiet), (ABOUT_ANSWER, theme.quiet)]);
        }
        line.gap(is_spaced);
    }
    let waits = match ctx.shared.stats.cleared {
        Some(_) => "  The log is cleared. Waiting for the next call at ",
        None => "  Waiting for the first call at ",
    };
    line.write(&[(waits, theme.text), (base, theme.brand)]);
    if let Some(upstream) = &ctx.shared.stats.forwards_to {
        let upstream = ctx.look.clean(upstream);
        line.write(&[("  Each request is forwarded to ", theme.text), (&upstream, theme.brand)]);
    }
    if let Some(upstream) = &ctx.shared.stats.mirrors_to {
        let upstream = ctx.look.clean(upstream);
        line.write(&[("  Each request is also sent to ", theme.text), (&upstream, theme.brand)]);
    }
    line.gap(is_spaced);
    line.write(&[("  Try it: ", theme.heading), (&LINES.try_it, theme.quiet)]);
    line.folded(&fill(&LINES.curl, base), theme.key);
    line.gap(is_spaced);
    line.write(&[("  Point your SDK here ", theme.heading), (&key, theme.quiet)]);
    for sdk in &LINES.sdk {
        line.write(&[
            (&format!("  {:<names$}  ", sdk.name), theme.label),
            (&fill(&sdk.change, address), theme.text),
        ]);
        line.gap(roomy && body.height >= 46);
    }
    line.gap(roomy);
    let note = match ctx.shared.addresses.get(1) {
        Some(secure) => LINES.note_tls.replace("SECURE", secure),
        None => LINES.note.clone(),
    };
    line.write(&[("  ", theme.quiet), (&note, theme.quiet)]);
}
