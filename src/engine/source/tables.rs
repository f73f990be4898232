//! Recognizes tables of values, such as CSV.

use crate::engine::source::unreadable::{UnreadableKind, kind};

const CSV: UnreadableKind = kind(
    "CSV",
    "export the calls as JSON, or convert it: `mlr --icsv --ojsonl cat FILE` shows the rows",
);
const CSV_WITH_JSON: UnreadableKind = kind(
    "CSV",
    "print the column that holds the calls: `mlr --icsv --ojsonl cut -f COLUMN FILE | jq -r '.[]' | segscope check -`",
);
const TSV: UnreadableKind = kind(
    "TSV",
    "export the calls as JSON, or convert it: `mlr --itsv --ojsonl cat FILE` shows the rows",
);
const TSV_WITH_JSON: UnreadableKind = kind(
    "TSV",
    "print the column that holds the calls: `cut -f NUMBER FILE | grep -o '{.*}' | segscope check -`",
);
const OWN_CSV: UnreadableKind = kind(
    "segscope's own CSV export, which does not hold the calls themselves",
    "check the recording from which it was exported, or export it with `segscope export --format ndjson`",
);
const WAREHOUSE_CSV: UnreadableKind = kind(
    "CSV of warehouse rows (snake_case columns), not calls",
    "check the calls themselves: record them with `segscope tail`, or export raw events",
);
/// Returns the kind of a table by its beginning `text`, and the ending of its file's name.
pub(crate) fn table(text: &str, ending: &str) -> Option<UnreadableKind> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let head = lines.next()?;
    let separators = |line: &str| [',', '\t', ';'].map(|sign| line.matches(sign).count());
    let (first, second) = (separators(head), lines.next().map(separators));
    let word = |field: &str| {
        let field = field.trim().trim_matches('"');
        !field.is_empty()
            && field.len() < 64
            && field.chars().all(|c| c.is_alphanumeric() || " _-.$/()".contains(c))
    };
    let is_table = (0..3).any(|sign| {
        let fields = head.split([',', '\t', ';'][sign]);
        first[sign] > 0 && fields.clone().all(word) && second.is_none_or(|second| second[sign] > 0)
    });
    let named = matches!(ending, "csv" | "tsv") && first.iter().any(|count| *count > 0);
    if !is_table && !named {
        return None;
    }
    let lower = head.to_ascii_lowercase();
    let columns = [
        "received_at",
        "anonymous_id",
        "user_id",
        "sent_at",
        "uuid_ts",
        "original_timestamp",
        "event_text",
    ];
    let rows = columns.iter().filter(|column| lower.contains(*column)).count() >= 2;
    // segscope's own CSV export has such columns too
    let is_own = lower.starts_with("seq,") && lower.contains("received_at");
    if rows || is_own {
        return Some(if is_own { OWN_CSV } else { WAREHOUSE_CSV });
    }
    let is_tsv = ending == "tsv" || first[1] > 0 && first[0] == 0;
    let has_json = text.contains("{\"\"") || text.contains("\"{") || text.contains("\t{\"");
    Some(match (is_tsv, has_json) {
        (true, true) => TSV_WITH_JSON,
        (true, false) => TSV,
        (false, true) => CSV_WITH_JSON,
        (false, false) => CSV,
    })
}
