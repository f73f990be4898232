//! The screen before the first call: the address, a line to try it, and the change for each SDK.

use crate::tui::app::view::ViewContext;
use crate::tui::pages::vendor_question::VendorQuestion;
use crate::tui::theme::Theme;
use crate::tui::widgets::page_text::PageText;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::LazyLock;

/// The texts of the screens that wait for something.
#[derive(serde::Deserialize)]
pub struct StartLines {
    curl: String,
    curl_with_ids: String,
    try_it: String,
    sdk: Vec<Sdk>,
    note: String,
    /// The note of a listener with HTTPS.
    note_tls: String,
    /// The texts about pushing objects to segscope.
    pub push: Push,
}

/// The texts about pushing objects to segscope instead of Segment.
#[derive(serde::Deserialize)]
pub struct Push {
    /// A command to try it.
    pub curl: String,
    /// The settings to change.
    pub note: String,
    /// The hosts that the listener's address replaces.
    pub host: Vec<Host>,
}

/// A host of Segment.
#[derive(serde::Deserialize)]
pub struct Host {
    /// The host's address.
    pub instead_of: String,
    /// The paths that segscope answers.
    pub paths: String,
}

#[derive(serde::Deserialize)]
struct Sdk {
    name: String,
    change: String,
}

/// The texts that are compiled into the program.
pub static LINES: LazyLock<StartLines> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../assets/sdk-lines.toml"))
        .expect("the lines that come with the program are TOML; a test reads them")
});

/// The explanation of the answer, shown if there is room.
const ABOUT_ANSWER: &str = "These decide what counts as missing. Your answer is saved for this folder; then digits open pages.";
/// The minimum height at which blank lines separate the parts even with the question.
const MIN_SPACED_HEIGHT: u16 = 25;

/// Returns a command to try it: a call with or without ids.
pub fn curl(base: &str, with_ids: bool) -> String {
    let port = base.rsplit_once(':').map_or("80", |(_, port)| port);
    let line = if with_ids { &LINES.curl_with_ids } else { &LINES.curl };
    line.replace("BASE", base).replace("PORT", port)
}

/// Writes the text for an open file without calls, which may be followed.
pub fn no_calls(lines: &mut PageText<'_>, theme: &Theme, ctx: &ViewContext<'_>) {
    let is_followed = ctx.shared.stats.opened.as_ref().is_some_and(|opened| opened.grows);
    let words = match is_followed {
        true => "No call has arrived yet. The log begins with the first one.",
        false => "The file that is open holds no calls.",
    };
    lines.prose(2, words, theme.text);
    lines.gap(true);
    lines.prose(2, "segscope --record FILE records what SDKs send", theme.quiet);
    lines.prose(2, "segscope open -f FILE follows a file that grows", theme.quiet);
}

/// Draws the screen.
pub fn render(buffer: &mut Buffer, body: Rect, question: &VendorQuestion, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    let Some(base) = ctx.shared.addresses.first() else {
        return no_calls(&mut PageText::new(buffer, body, ctx.look, 1), theme, ctx);
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
    // with the question, 24 rows are just enough for all SDKs
    let is_spaced = !question.is_open() || body.height >= MIN_SPACED_HEIGHT;
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
        let (_, settings) = ctx.inspector.settings_in_force();
        let words = match settings.text("forward_only").is_some_and(|only| !only.is_empty()) {
            true => "  Requests that match --forward-only are forwarded to ",
            false => "  Each request is forwarded to ",
        };
        line.write(&[(words, theme.text), (&upstream, theme.brand)]);
    }
    if let Some(upstream) = &ctx.shared.stats.mirrors_to {
        let upstream = ctx.look.clean(upstream);
        line.write(&[("  Each request is also sent to ", theme.text), (&upstream, theme.brand)]);
    }
    line.gap(is_spaced);
    line.write(&[("  Try it: ", theme.heading), (&LINES.try_it, theme.quiet)]);
    line.folded(&fill(&LINES.curl, base), theme.key);
    line.gap(is_spaced);
    if ctx.shared.stats.takes_copies {
        let words = "  Let your proxy send copies here; ";
        let where_to = "keep your SDKs at the real service (docs/rollout.md)";
        line.write(&[(words, theme.heading), (where_to, theme.quiet)]);
        return;
    }
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
