//! Findings as GitHub's workflow commands, one annotation each.

use super::findings::{CorrectedSnippet, FindingGroup};
use crate::findings::Severity;

/// Returns one line for each finding of an event.
pub fn github(groups: &[FindingGroup]) -> String {
    groups.iter().map(annotation).collect()
}

fn annotation(group: &FindingGroup) -> String {
    let level = match group.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let title = format!("{} ({})", group.code, group.scope());
    let corrected = group.corrected.as_ref().map_or_else(String::new, CorrectedSnippet::paragraph);
    let seen = group.seen("seen: ", "\n");
    let text = format!(
        "{}\nexample: {}\n{seen}fix: {}{corrected}",
        group.full_message(),
        group.example,
        group.fix
    );
    format!(
        "::{level} title={}::{}\n",
        data(&title).replace(':', "%3A").replace(',', "%2C"),
        data(&text)
    )
}

/// Escapes line ends and percent signs as the runner expects them.
fn data(text: &str) -> String {
    let lines: Vec<String> =
        text.lines().map(|line| crate::call::text::visible(line).replace('%', "%25")).collect();
    lines.join("%0A")
}
