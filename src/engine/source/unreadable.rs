//! Recognizes files whose calls cannot be read, and names the command that helps.

use std::path::Path;

/// A kind of file, and the command that makes it readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnreadableKind {
    /// The kind, such as "a zip archive".
    pub what: &'static str,
    /// The command that helps. `FILE` stands for the file.
    pub help: &'static str,
}

const fn kind(what: &'static str, help: &'static str) -> UnreadableKind {
    UnreadableKind { what, help }
}

/// The first bytes of files of known kinds.
const MAGIC: [(&[u8], UnreadableKind); 29] = [
    (b"PK\x03\x04", kind("a zip archive", "run `unzip -p FILE | segscope check -`")),
    (b"PK\x05\x06", kind("an empty zip archive", "")),
    (b"\x28\xb5\x2f\xfd", kind("compressed with zstd", "run `zstd -dc FILE | segscope check -`")),
    (b"BZh", kind("compressed with bzip2", "run `bzip2 -dc FILE | segscope check -`")),
    (b"\xfd7zXZ\0", kind("compressed with xz", "run `xz -dc FILE | segscope check -`")),
    (b"\x04\x22\x4d\x18", kind("compressed with lz4", "run `lz4 -dc FILE | segscope check -`")),
    (b"\x1f\x9d", kind("compressed with compress", "run `zcat FILE | segscope check -`")),
    (b"7z\xbc\xaf\x27\x1c", kind("a 7-Zip archive", "run `7z x -so FILE | segscope check -`")),
    (b"\xd4\xc3\xb2\xa1", PCAP),
    (b"\xa1\xb2\xc3\xd4", PCAP),
    (b"\x4d\x3c\xb2\xa1", PCAP),
    (b"\xa1\xb2\x3c\x4d", PCAP),
    (b"\x0a\x0d\x0d\x0a", PCAP),
    (
        b"PAR1",
        kind(
            "a Parquet file",
            "run `duckdb -c \"copy (from 'FILE') to 'calls.ndjson' (format json)\"`, then check calls.ndjson",
        ),
    ),
    (b"Obj\x01", kind("an Avro file", "run `avro-tools tojson FILE | segscope check -`")),
    (b"ORC", kind("an ORC file", "run `orc-contents FILE | segscope check -`")),
    (
        b"SQLite format 3\0",
        kind(
            "an SQLite database",
            "print the column with the calls: `sqlite3 FILE 'select COLUMN from TABLE' | segscope check -`",
        ),
    ),
    (b"\xac\xed\x00\x05", CHARLES),
    (
        b"\xff\xfe\0\0",
        kind("UTF-32 text", "run `iconv -f UTF-32 -t UTF-8 FILE | segscope check -`"),
    ),
    (
        b"\0\0\xfe\xff",
        kind("UTF-32 text", "run `iconv -f UTF-32 -t UTF-8 FILE | segscope check -`"),
    ),
    (b"\xff\xfe", UTF_16),
    (b"\xfe\xff", UTF_16),
    (b"%PDF", kind("a PDF document", "")),
    (b"\x89PNG", kind("a picture", "")),
    (b"\xff\xd8\xff", kind("a picture", "")),
    (b"GIF8", kind("a picture", "")),
    (b"\x7fELF", kind("a program", "")),
    (
        b"bplist",
        kind("a binary property list", "run `plutil -convert json -o - FILE | segscope check -`"),
    ),
    (
        b"version https://git-lfs",
        kind("a pointer of Git LFS, not the file itself", "run `git lfs pull`"),
    ),
];

const PCAP: UnreadableKind = kind(
    "a packet capture",
    "run `tshark -r FILE --export-objects http,bodies`, then check the folder bodies (HTTPS in it cannot be read)",
);
const UTF_16: UnreadableKind =
    kind("UTF-16 text", "run `iconv -f UTF-16 -t UTF-8 FILE | segscope check -`");
const UTF_16LE: UnreadableKind =
    kind("UTF-16 text", "run `iconv -f UTF-16LE -t UTF-8 FILE | segscope check -`");
const UTF_16BE: UnreadableKind =
    kind("UTF-16 text", "run `iconv -f UTF-16BE -t UTF-8 FILE | segscope check -`");
const CHARLES: UnreadableKind = kind(
    "a Charles session",
    "export it as HAR in Charles (File, Export Session), or run `charles convert FILE session.har`, then check session.har",
);
const MITMPROXY: UnreadableKind = kind(
    "a mitmproxy dump",
    "run `mitmdump -nr FILE --set hardump=flows.har`, then check flows.har",
);
const TAR: UnreadableKind = kind("a tar archive", "run `tar -xOf FILE | segscope check -`");
const BINARY: UnreadableKind = kind("a binary file", "");
const HTML: UnreadableKind = kind(
    "a web page (HTML), often a login or error page saved in place of a file",
    "download the file again",
);
const XML: UnreadableKind = kind("XML", "");
const JAVASCRIPT: UnreadableKind = kind(
    "JavaScript, not JSON",
    "print the calls as JSON: `node -p 'JSON.stringify(VALUE)' | segscope check -`",
);
const PYTHON: UnreadableKind = kind(
    "Python values, not JSON",
    "run `python3 -c 'import ast,json,sys; [print(json.dumps(ast.literal_eval(l))) for l in sys.stdin]' < FILE | segscope check -`",
);
const PREFIXED: UnreadableKind =
    kind("log lines with text before the JSON", "run `sed 's/^[^{]*//' FILE | segscope check -`");
const CSV: UnreadableKind = kind(
    "CSV",
    "export the calls as JSON, or convert it: `mlr --icsv --ojsonl cat FILE` shows the rows",
);
const CSV_WITH_JSON: UnreadableKind = kind(
    "CSV",
    "print the column that holds the calls: `mlr --icsv --ojsonl cut -f COLUMN FILE | jq -r '.[]' | segscope check -`",
);
const WAREHOUSE_CSV: UnreadableKind = kind(
    "CSV of warehouse rows (snake_case columns), not calls",
    "check the calls themselves: record them with `segscope tail`, or export raw events",
);
const FORM: UnreadableKind = kind(
    "a form (URL-encoded), not JSON",
    "send the calls as JSON with `Content-Type: application/json`",
);
const YAML: UnreadableKind = kind("YAML, not JSON", "run `yq -o=json FILE | segscope check -`");

/// Returns the kind of a file by its beginning `head`; `None` for text that may be JSON.
pub(crate) fn binary(head: &[u8]) -> Option<UnreadableKind> {
    let begins = |(magic, _): &&(&[u8], UnreadableKind)| head.starts_with(magic);
    if let Some((_, kind)) = MAGIC.iter().find(begins) {
        return Some(*kind);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some(TAR);
    }
    if is_mitmproxy(head) {
        return Some(MITMPROXY);
    }
    let zeros = |from: usize| {
        let every = head.iter().skip(from).step_by(2).take(64);
        head.len() >= 4
            && every.clone().count() > 0
            && every.filter(|byte| **byte != 0).count() == 0
    };
    if zeros(1) && head[0] != 0 {
        return Some(UTF_16LE);
    }
    if zeros(0) && head[1] != 0 {
        return Some(UTF_16BE);
    }
    let rare = |byte: &&u8| {
        **byte == 0
            || (**byte < 0x20 && !byte.is_ascii_whitespace() && **byte != 0x1e && **byte != 0x1b)
    };
    let odd = head.iter().filter(rare).count();
    (head.contains(&0) || odd * 10 > head.len()).then_some(BINARY)
}

/// Returns whether the file is a dump of mitmproxy, which is a sequence of netstrings:
/// `1234:9:websocket;0:~…`.
fn is_mitmproxy(head: &[u8]) -> bool {
    let length = |text: &[u8]| {
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        ((1..10).contains(&digits) && text.get(digits) == Some(&b':')).then_some(digits + 1)
    };
    let Some(first) = length(head) else { return false };
    length(&head[first..])
        .is_some_and(|second| head[first + second..].first().is_some_and(u8::is_ascii_alphabetic))
}

/// Returns the kind of a text that is not JSON. `text` is its beginning, `path` its name.
pub(crate) fn text(text: &str, path: &Path) -> Option<UnreadableKind> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if ending.eq_ignore_ascii_case("chls") || ending.eq_ignore_ascii_case("chlz") {
        return Some(CHARLES);
    }
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let first = text.lines().next().unwrap_or_default().trim();
    let lower = first.to_ascii_lowercase();
    if ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| lower.starts_with(tag)) {
        return Some(HTML);
    }
    if first.starts_with('<') {
        return Some(XML);
    }
    if is_python(text) {
        return Some(PYTHON);
    }
    if is_javascript(text, ending) {
        return Some(JAVASCRIPT);
    }
    if is_prefixed(text) {
        return Some(PREFIXED);
    }
    if let Some(kind) = csv(text, ending) {
        return Some(kind);
    }
    if ["data=", "batch=", "event=", "payload="].iter().any(|name| first.starts_with(name)) {
        return Some(FORM);
    }
    let is_yaml = matches!(ending, "yaml" | "yml") || first == "---";
    is_yaml.then_some(YAML)
}

/// Returns whether the text has Python's quotes or names of constants.
fn is_python(text: &str) -> bool {
    let begin = text.trim_start_matches(['{', '[', ' ', '\n']);
    let line = text.lines().next().unwrap_or_default();
    text.starts_with(['{', '[', '('])
        && begin.starts_with('\'')
        && (line.contains("': ") || line.contains("':'"))
}

fn is_javascript(text: &str, ending: &str) -> bool {
    if matches!(ending, "js" | "cjs" | "mjs" | "ts" | "jsx" | "tsx") {
        return true;
    }
    let begins = [
        "//",
        "/*",
        "var ",
        "let ",
        "const ",
        "import ",
        "export ",
        "module.exports",
        "function",
        "!function",
        "(function",
        "(()",
        "\"use strict\"",
        "'use strict'",
        "analytics.",
        "rudderanalytics.",
        "window.",
        "async ",
        "require(",
        "await ",
        "jQuery",
        "$(",
    ];
    if begins.iter().any(|word| text.starts_with(word)) {
        return true;
    }
    // an object with member names without quotes
    let member = text.trim_start_matches(['{', '[', ' ', '\n', '\r', '\t']);
    let name = member.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).count();
    text.starts_with(['{', '['])
        && name > 0
        && !member.starts_with(|c: char| c.is_ascii_digit())
        && member.chars().skip(name).find(|c| !c.is_whitespace()) == Some(':')
}

/// Returns whether most lines have text before their JSON.
fn is_prefixed(text: &str) -> bool {
    if text.starts_with(['{', '[']) {
        return false;
    }
    let lines: Vec<&str> = text.lines().take(20).filter(|line| !line.trim().is_empty()).collect();
    let is_so = |line: &&&str| {
        line.find("{\"")
            .is_some_and(|at| at > 0 && line.trim_end().ends_with('}') && line.len() > at + 4)
    };
    !lines.is_empty() && lines.iter().filter(is_so).count() * 2 > lines.len()
}

fn csv(text: &str, ending: &str) -> Option<UnreadableKind> {
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
    // segscope's own CSV export has such columns too, but is not a warehouse table
    if rows && !lower.starts_with("seq,") {
        return Some(WAREHOUSE_CSV);
    }
    Some(if text.contains("{\"\"") || text.contains("\"{") { CSV_WITH_JSON } else { CSV })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(bytes: &[u8]) -> &'static str {
        let named = |bytes: &[u8]| text(std::str::from_utf8(bytes).ok()?, Path::new("x"));
        binary(bytes).or_else(|| named(bytes)).map_or("", |kind| kind.what)
    }

    #[test]
    fn names_what_it_is() {
        for (bytes, what) in [
            (&b"PK\x03\x04\x14\0"[..], "a zip archive"),
            (b"\xd4\xc3\xb2\xa1\x02\0", "a packet capture"),
            (b"\x0a\x0d\x0d\x0a\x1c\0", "a packet capture"),
            (b"1234:9:websocket;0:~8:response;", "a mitmproxy dump"),
            (b"\xff\xfe{\0\"\0", "UTF-16 text"),
            (b"{\0\"\0t\0y\0p\0", "UTF-16 text"),
            (b"\0{\0\"\0t\0y", "UTF-16 text"),
            (b"\xac\xed\x00\x05sr", "a Charles session"),
            (&[0; 300], "a binary file"),
            (
                b"<!DOCTYPE html>\n<html>",
                "a web page (HTML), often a login or error page saved in place of a file",
            ),
            (b"<?xml version=\"1.0\"?>", "XML"),
            (b"analytics.track(\"X\")", "JavaScript, not JSON"),
            (b"const a = 1;", "JavaScript, not JSON"),
            (b"{type: \"track\"}", "JavaScript, not JSON"),
            (b"[\n  {\n event : 'x'}]", "JavaScript, not JSON"),
            (b"{'type': 'track', 'userId': None}", "Python values, not JSON"),
            (
                b"2026-11-20 INFO {\"type\":\"track\"}\n2026-11-20 INFO {\"type\":\"page\"}",
                "log lines with text before the JSON",
            ),
            (b"type,event,userId\ntrack,X,u1\n", "CSV"),
            (b"id\tname\n1\tx\n", "CSV"),
            (
                b"id,received_at,user_id\n1,2,3\n",
                "CSV of warehouse rows (snake_case columns), not calls",
            ),
            (b"data=eyJ0eXBlIjo", "a form (URL-encoded), not JSON"),
            (b"---\ntype: track\n", "YAML, not JSON"),
            (b"Dear all,\n", ""),
            (b"{\"type\":\"track\"}", ""),
        ] {
            assert_eq!(says(bytes), what, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
