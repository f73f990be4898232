//! The tabs that are text: a vendor, the findings, the request.

use crate::findings::fixes::Edit;
use crate::findings::{Effect, Finding, Headline, Id, Severity, Verdict, is_said_once};
use crate::inspector::{
    CallDetail, FidelityView, OutputView, Preset, RequestDetail, VendorDetail, answered_by,
    mirror_words, status_words,
};
use crate::report::{hide_basic, hide_key};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::ViewContext;
use crate::tui::app::view_context::bytes;
use crate::tui::pages::detail::text_builder::{TextBuilder, words};
use crate::tui::pages::log::library_habits;
use crate::tui::widgets::text;
use crate::tui::widgets::text::masked;
use crate::wire::proxy_headers::client_address;
use ratatui::text::Span;

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Delivered => "accepts the call in full",
        Verdict::Degraded => "accepts the call, but something is changed or left out",
        Verdict::Dropped => "accepts the call and silently does not use it",
        Verdict::Rejected => "refuses the call with an error",
        Verdict::Ignored => "does not act on this call",
        Verdict::Discarded => "never receives the call",
    }
}

/// Writes what one vendor makes of the call.
pub fn vendor(
    builder: &mut TextBuilder<'_>,
    call: &CallDetail,
    vendor: usize,
    not_sent: (Vec<String>, bool),
    ctx: &ViewContext<'_>,
) {
    let Some(detail) = call.vendors.iter().find(|detail| detail.vendor == vendor) else { return };
    let Some(info) = ctx.shared.vendors.get(vendor) else { return };
    let look = builder.look();
    let theme = &look.theme;
    let verdict = look.verdict(detail.verdict);
    let title = look.clean(&info.title).into_owned();
    let sign = look.verdict_sign(detail.verdict);
    let becomes = format!("  {sign} {}", detail.verdict.name());
    let unused = if detail.in_use { "" } else { "  not in use for this call" };
    let meaning = meaning(detail.verdict);
    let taken = text::width(&title) + text::width(&becomes) + unused.len() + meaning.len();
    // on one line if it fits, because space on a small screen is better used for what follows
    let fits = taken + 2 <= builder.width();
    let beside = if fits { format!("  {meaning}") } else { String::new() };
    builder.line(vec![
        Span::styled(title, theme.heading),
        Span::styled(becomes, verdict),
        Span::styled(unused, theme.quiet),
        Span::styled(beside, theme.quiet),
    ]);
    if !fits {
        builder.prose(0, meaning, theme.quiet);
    }
    let (loud, quiet): (Vec<&Finding>, Vec<&Finding>) =
        detail.findings.iter().partition(|finding| finding.severity != Severity::Info);
    // the findings of a lost call are visible without scrolling; for another call, its output is
    let lost = !detail.verdict.goes_through();
    let (first, later) = if lost { (&loud[..], &[][..]) } else { (&[][..], &loud[..]) };
    if detail.verdict == Verdict::Discarded {
        for finding in call.common.iter().filter(|f| f.effect == Effect::Discard) {
            builder.finding_below_header(finding, None);
        }
    }
    for finding in first {
        builder
            .finding_below_header(finding, library_habits::beside(finding, call, ctx).as_deref());
    }
    if lost && !loud.is_empty() {
        builder.blank();
    }
    ids(builder, detail);
    output(builder, detail);
    if !detail.requests.is_empty() && !not_sent.0.is_empty() {
        let (names, more) = not_sent;
        let more = if more { format!(", {}", look.ellipsis()) } else { String::new() };
        builder.blank();
        builder.field("left out", &format!("{}{more}", names.join(", ")), theme.quiet);
    }
    for finding in later {
        builder
            .finding_below_header(finding, library_habits::beside(finding, call, ctx).as_deref());
    }
    for (name, json) in &detail.extras {
        builder.heading(&look.clean(&words(name)), "");
        builder.table(&json.to_json());
    }
    for finding in quiet {
        builder
            .finding_below_header(finding, library_habits::beside(finding, call, ctx).as_deref());
    }
    if !detail.findings.is_empty() {
        builder.blank();
        builder.prose(0, "why, and where the rule is from: findings tab", theme.quiet);
    }
    builder.blank();
    if let Some(named) = &detail.settings {
        settings(builder, named, ctx);
    } else if let Some(preset) = &info.preset {
        let keys = ctx.keymap.keys(KeyContext::Detail, Action::CopySettings).join(" ");
        let named = preset.keys.join(", ");
        let words = format!("{named} as the document recommends it: {keys} copies the lines");
        builder.field("preset", &words, theme.text);
    }
    if let Some(note) = &info.note {
        builder.field("note", note, theme.text);
    }
    builder.field("fed by", &info.fed_by, theme.quiet);
    builder.field("read from", &info.document, theme.quiet);
}

/// Writes the settings that fixes name, as lines to paste.
fn settings(builder: &mut TextBuilder<'_>, named: &Preset, ctx: &ViewContext<'_>) {
    let keys = ctx.keymap.keys(KeyContext::Detail, Action::CopySettings).join(" ");
    let words = format!("for segscope.toml, if that is so: {keys} copies the lines");
    builder.heading("settings", &words);
    builder.code(&named.lines);
    builder.blank();
}

/// Returns true if a vendor needs an id and does not find it.
fn lacks(detail: &VendorDetail, id: Id) -> bool {
    detail.findings.iter().any(|finding| finding.headline == Some(Headline::Strong(id)))
}

/// Writes both ids, on one line if they fit.
fn ids(builder: &mut TextBuilder<'_>, detail: &VendorDetail) {
    let look = builder.look();
    let theme = &look.theme;
    let both = [("account", &detail.account_id, Id::Account), ("user", &detail.user_id, Id::User)];
    let both = both.map(|(label, found, id)| match found {
        Some(text) => (label, look.clean(text).into_owned(), theme.text),
        None if lacks(detail, id) => (label, "missing".to_owned(), theme.missing_id),
        None => (label, look.nothing().to_owned(), theme.quiet),
    });
    let needed: usize =
        both.iter().map(|(label, text, _)| label.len() + text::width(text) + 2).sum();
    if needed + 2 > builder.width() {
        for (label, text, style) in both {
            builder.field(label, &text, style);
        }
        return;
    }
    let spans = both.into_iter().flat_map(|(label, text, style)| {
        let label = Span::styled(format!("{label}  "), theme.label);
        [label, Span::styled(text, style), Span::raw("   ")]
    });
    builder.line(spans.collect());
}

fn output(builder: &mut TextBuilder<'_>, detail: &VendorDetail) {
    let theme = &builder.look().theme;
    if detail.requests.is_empty() {
        builder.heading("output", "nothing: this vendor would receive no data of this call");
    } else {
        let fidelity = FidelityView::from(detail.fidelity);
        builder.heading("output", fidelity.word);
        builder.prose(0, fidelity.means, theme.quiet);
    }
    for request in &detail.requests {
        builder.blank();
        builder.request(&OutputView::from(request));
    }
    if let Some(transport) = &detail.transport {
        builder.heading("transport", "sends the call to the vendor unchanged");
        builder.request(&OutputView::from(transport));
    }
}

/// Writes all findings: those that count, then the others.
pub fn findings(builder: &mut TextBuilder<'_>, call: &CallDetail, ctx: &ViewContext<'_>) {
    let mut counted: Vec<(&str, &Finding)> =
        call.common.iter().map(|finding| ("", finding)).collect();
    let mut others = Vec::new();
    for detail in &call.vendors {
        let title = ctx.shared.vendors.get(detail.vendor).map_or("", |v| v.title.as_str());
        let into = if detail.in_use { &mut counted } else { &mut others };
        for finding in &detail.findings {
            match is_said_once(&finding.code) {
                false => into.push((title, finding)),
                // every vendor reports this finding
                true if into.iter().any(|(_, said)| said.code == finding.code) => {}
                true => into.push(("", finding)),
            }
        }
    }
    if counted.is_empty() {
        builder.prose(0, "nothing found at the vendors in use", ctx.look.theme.good);
    }
    for group in [&mut counted, &mut others] {
        group.sort_by_key(|(_, finding)| finding.severity);
    }
    for (title, finding) in counted {
        builder.finding(finding, title, library_habits::beside(finding, call, ctx).as_deref());
    }
    for named in call.vendors.iter().filter(|detail| detail.in_use) {
        named.settings.iter().for_each(|named| settings(builder, named, ctx));
    }
    fix(builder, call, ctx);
    if !others.is_empty() {
        builder.heading("at vendors that are not in use", "");
        for (title, finding) in others {
            builder.finding(finding, title, library_habits::beside(finding, call, ctx).as_deref());
        }
    }
}

/// Writes the corrected call, and the function that corrects calls on their way to the vendors.
fn fix(builder: &mut TextBuilder<'_>, call: &CallDetail, ctx: &ViewContext<'_>) {
    let Some(fix) = call.fix.as_ref().filter(|fix| !fix.edits.is_empty()) else { return };
    let theme = &ctx.look.theme;
    let with_key = |words: &str, action| {
        format!("{words} ({})", ctx.keymap.keys(KeyContext::Detail, action).join(" "))
    };
    builder.heading(&with_key("corrected call", Action::CopySdkCall), fix.snippet.language);
    let words: Vec<String> = fix.edits.iter().map(Edit::words).collect();
    builder.prose(0, &words.join(", "), theme.fix);
    builder.code(&fix.snippet.text());
    if let Some(function) = &fix.transformation {
        builder.heading(
            &with_key("or without a new release", Action::CopyTransformation),
            function.language,
        );
        builder.code(&function.code);
    }
}

/// Writes the sender of the call.
pub fn sender(builder: &mut TextBuilder<'_>, call: &CallDetail) {
    let theme = &builder.look().theme;
    if let Some((name, version)) = &call.library {
        let version = version.as_deref().unwrap_or("");
        builder.field("library", &format!("{name} {version}"), theme.text);
    }
    if let Some(key) = &call.write_key {
        builder.field("key", &masked(key), theme.text);
    }
    if let Some(id) = &call.message_id {
        builder.field("message", id, theme.text);
    }
    builder.blank();
}

/// Writes the request as received, and its response. The write key is masked wherever it occurs.
pub fn request(builder: &mut TextBuilder<'_>, request: &RequestDetail, write_key: Option<&str>) {
    let look = builder.look();
    let theme = &look.theme;
    let safe = |text: &str| write_key.map_or_else(|| text.to_owned(), |key| hide_key(text, key));
    let method = format!("{} ", look.clean(&request.method));
    let mark = if request.query.is_empty() { "" } else { "?" };
    let target = safe(&format!("{}{mark}{}", request.path, request.query));
    builder.labelled(method.len(), &method, &target, theme.text);
    if let Some(fault) = &request.fault {
        builder.field("fault", fault, theme.warning);
    }
    if let Some(client) = client_address(&request.headers) {
        builder.field("client", &format!("{client} (X-Forwarded-For)"), theme.text);
    }
    for (name, value) in &request.headers {
        let value = match write_key.filter(|_| name.eq_ignore_ascii_case("authorization")) {
            Some(key) => hide_basic(value, key),
            None => safe(value),
        };
        builder.header(name, &value);
    }
    if let Some(words) = mirror_words(request) {
        builder.prose(0, &words, theme.refused);
    }
    builder.heading("answer", &status_words(request));
    if let Some(words) = answered_by(request) {
        builder.prose(0, &words, theme.label);
    }
    for (name, value) in
        request.upstream.iter().filter_map(|it| it.outcome.as_ref().ok()).flat_map(|it| &it.headers)
    {
        builder.header(name, value);
    }
    builder.raw(&request.answer, theme.text);
    if let Some(signature) = &request.signature {
        builder.heading("signature", "");
        builder.prose(0, signature, theme.text);
    }
    let kept = bytes(request.body.len() as u64);
    let size = match request.body_bytes {
        Some(whole) => format!("the first {kept} of {}", bytes(whole)),
        None => kept,
    };
    builder.heading("body", &size);
    builder.raw(&safe(&request.body), theme.text);
}
