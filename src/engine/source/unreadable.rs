//! Recognizes files whose calls cannot be read, and names the command that helps.

use crate::call::Doc;
use crate::engine::source::tables::table;
use std::path::Path;

/// The maximum number of lines in which JSON after other text is searched.
const MAX_LOG_LINES: usize = 20;

/// A kind of file, and the command that makes it readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnreadableKind {
    /// The kind, such as "a zip archive".
    pub what: &'static str,
    /// The command that helps. `FILE` stands for the file.
    pub help: &'static str,
}

pub(crate) const fn kind(what: &'static str, help: &'static str) -> UnreadableKind {
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
    kind("log lines with text around the JSON", "run `grep -o '{.*}' FILE | segscope check -`");
const PREFIXED_ARRAYS: UnreadableKind = kind(
    "log lines with text around the JSON",
    "run `grep -o '\\[{.*}\\]' FILE | segscope check -`",
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
    // lines of syslog begin with a priority, such as `<34>1`
    let is_syslog = first.strip_prefix('<').is_some_and(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        (1..=3).contains(&digits) && rest[digits..].starts_with('>')
    });
    if first.starts_with('<') && !is_syslog {
        return Some(XML);
    }
    if is_python(text) {
        return Some(PYTHON);
    }
    if is_javascript(text, ending) {
        return Some(JAVASCRIPT);
    }
    let is_table = matches!(ending, "csv" | "tsv");
    if let Some(kind) = table(text, ending).filter(|_| is_table) {
        return Some(kind);
    }
    if let Some(kind) = prefixed(text) {
        return Some(kind);
    }
    if let Some(kind) = table(text, ending) {
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

/// Returns the kind of a log in which some lines have text before or after their JSON.
fn prefixed(text: &str) -> Option<UnreadableKind> {
    let lines = || text.lines().take(MAX_LOG_LINES).map(str::trim);
    // JSON, damaged or not, is not a log; a date in brackets may begin a line of one
    let inside = text.strip_prefix('[').map(str::trim_start);
    if text.starts_with('{') || inside.is_some_and(|rest| rest.starts_with(['{', '[', '"', ']'])) {
        return None;
    }
    if lines().any(|line| embedded(line, "[{\"", ']')) {
        return Some(PREFIXED_ARRAYS);
    }
    lines().any(|line| embedded(line, "{\"", '}')).then_some(PREFIXED)
}

/// Returns whether a line has other text before JSON that begins with `begin` and ends with `end`.
fn embedded(line: &str, begin: &str, end: char) -> bool {
    let found = line.find(begin).filter(|at| *at > 0).zip(line.rfind(end));
    found.is_some_and(|(at, end)| at < end && Doc::parse(&line[at..=end]).is_ok())
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
                "log lines with text around the JSON",
            ),
            (b"type,event,userId\ntrack,X,u1\n", "CSV"),
            (b"id\tname\n1\tx\n", "TSV"),
            (
                b"seq,received_at,user_id\n1,2,3\n",
                "segscope's own CSV export, which does not hold the calls themselves",
            ),
            (b"<34>1 2026-11-30 h {\"type\":\"track\"}\n", "log lines with text around the JSON"),
            (b"web-1 | listening\nweb-1 | {\"a\":1}\n", "log lines with text around the JSON"),
            (b"[2026] p.INFO: {\"a\":1} [] []\n", "log lines with text around the JSON"),
            (b"10:00 INFO [{\"a\":1}]\n", "log lines with text around the JSON"),
            (b"<a>{\"b\":1}</a>", "XML"),
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
