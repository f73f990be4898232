//! Reads shell scripts of curl lines: segscope's own export, and lines that a browser copied "as
//! cURL".

/// Returns whether a text that begins like this is such a script.
pub(crate) fn is_curl(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.find(|line| !line.starts_with(['#', ':'])).is_some_and(|line| line.starts_with("curl "))
}

/// The body of a curl line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CurlBody {
    /// The body itself, with the type of call that the URL names.
    Text(Option<&'static str>, String),
    /// The body is in a file, or in standard input (`-`).
    File(String),
}

/// Returns the bodies of a script's curl commands, each with the line on which its command begins.
pub(crate) fn bodies(text: &str) -> Vec<(usize, CurlBody)> {
    let mut found = Vec::new();
    let script = PlainScript::new(text);
    let lines: Vec<&str> = script.text.split('\n').collect();
    let mut words = shlex::Shlex::new(&script.text);
    let (mut kind, mut line) = (None, 1);
    while let Some(word) = words.next() {
        if word == "curl" {
            kind = None;
            let at = words.line_no;
            // an escaped line end right after it is read as a part of the word
            let is_cut = at > 1 && lines.get(at - 2).is_some_and(|line| line.ends_with("curl\\"));
            line = script.line_of(at - usize::from(is_cut));
        } else if let Some(named) = kind_of(&word) {
            kind = Some(named);
        } else if let Some((flag, body)) = body(&word, &mut words) {
            let body = match body.strip_prefix('@').filter(|_| flag != "--data-raw") {
                Some(file) => CurlBody::File(file.to_owned()),
                None => CurlBody::Text(kind, body),
            };
            found.push((line, body));
        }
    }
    found
}

/// Returns the flag and the value of a body.
fn body<'w>(word: &'w str, words: &mut impl Iterator<Item = String>) -> Option<(&'w str, String)> {
    match word {
        "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-ascii" | "--json" => {
            words.next().map(|body| (word, body))
        }
        _ => {
            let flags =
                ["--data=", "--data-raw=", "--data-binary=", "--data-ascii=", "--json=", "-d"];
            let (flag, body) =
                flags.iter().find_map(|flag| Some((*flag, word.strip_prefix(flag)?)))?;
            Some((flag.trim_end_matches('='), body.to_owned()))
        }
    }
}

/// A script in which strings in the form `$'…'`, which browsers copy, are written in plain single
/// quotes.
struct PlainScript {
    text: String,
    /// For each such string whose decoded text has another number of lines: the line of `text` on
    /// which it ends, and the line of the script itself.
    moved_lines: Vec<(usize, usize)>,
}

impl PlainScript {
    /// Returns the line of the script itself for a line of the text.
    fn line_of(&self, line: usize) -> usize {
        let before = self.moved_lines.partition_point(|(end, _)| *end <= line);
        let last = before.checked_sub(1).and_then(|at| self.moved_lines.get(at));
        last.map_or(line, |(end, own)| line - end + own)
    }

    fn new(text: &str) -> PlainScript {
        let mut out = String::with_capacity(text.len());
        let (mut rest, mut moved_lines) = (text, Vec::new());
        let (mut line, mut own_line) = (1, 1);
        let lines_in = |text: &str| memchr::memchr_iter(b'\n', text.as_bytes()).count();
        // the quotes in which the place is
        let mut quote = None;
        while let Some(next) = rest.chars().next() {
            let begins_word = out.is_empty() || out.ends_with(char::is_whitespace);
            let taken = match (next, quote) {
                ('$', None) if rest.starts_with("$'") => {
                    let (plain, len) = unescaped(&rest[2..]);
                    out.push('\'');
                    out.push_str(&plain.replace('\'', "'\\''"));
                    out.push('\'');
                    let (taken, after) = rest.split_at(2 + len);
                    let added = [lines_in(&plain), lines_in(taken)];
                    (line, own_line, rest) = (line + added[0], own_line + added[1], after);
                    if added[0] != added[1] {
                        moved_lines.push((line, own_line));
                    }
                    continue;
                }
                // a comment may contain single quotes
                ('#', None) if begins_word => rest.find('\n').unwrap_or(rest.len()),
                ('\\', None | Some('"')) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                ('\'' | '"', None) => {
                    quote = Some(next);
                    1
                }
                (closing, Some(open)) if closing == open => {
                    quote = None;
                    1
                }
                _ => next.len_utf8(),
            };
            let (taken, after) = rest.split_at(taken);
            out.push_str(taken);
            let added = lines_in(taken);
            (line, own_line, rest) = (line + added, own_line + added, after);
        }
        PlainScript { text: out, moved_lines }
    }
}

/// Decodes the rest of a string in the form `$'…'` up to its closing quote. Returns the text, and the
/// length of what was read.
fn unescaped(text: &str) -> (String, usize) {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    // the first half of a character that is written as two escapes
    let mut high: Option<u32> = None;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte == b'\'' {
            break;
        }
        let escape = bytes.get(at).copied().filter(|_| byte == b'\\');
        let Some(escape) = escape else {
            out.push(byte);
            continue;
        };
        at += 1;
        let (max_digits, radix) = match escape {
            b'u' => (4, 16),
            b'U' => (8, 16),
            b'x' => (2, 16),
            b'0'..=b'7' => (3, 8),
            _ => (0, 0),
        };
        if max_digits > 0 {
            at -= usize::from(radix == 8);
            let digits = text[at..].chars().take(max_digits).take_while(|c| c.is_digit(radix));
            let len = digits.count();
            let code = u32::from_str_radix(&text[at..at + len], radix).unwrap_or_default();
            at += len;
            match (escape, high.take(), code) {
                (b'u', Some(high), 0xdc00..0xe000) => {
                    push_char(&mut out, 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00));
                }
                (b'u', _, 0xd800..0xdc00) => high = Some(code),
                (b'u' | b'U', ..) => push_char(&mut out, code),
                // a byte of a character
                _ => out.push(code as u8),
            }
            continue;
        }
        let byte = match escape {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 7,
            b'b' => 8,
            b'e' | b'E' => 0x1b,
            b'f' => 12,
            b'v' => 11,
            _ => {
                if !matches!(escape, b'\\' | b'\'' | b'"' | b'?') {
                    out.push(b'\\');
                }
                escape
            }
        };
        out.push(byte);
    }
    (String::from_utf8_lossy(&out).into_owned(), at)
}

fn push_char(out: &mut Vec<u8>, code: u32) {
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Returns the type of call that a URL names.
fn kind_of(word: &str) -> Option<&'static str> {
    let (_, name) = word.split_once("/v1/")?;
    let name = name.split(['?', '#', '/']).next()?;
    let kinds = ["track", "identify", "group", "page", "screen", "alias"];
    kinds.into_iter().find(|kind| *kind == name || name.len() == 1 && kind.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bodies_of_curl_lines() {
        let text = "# sends\n: \"${X:=1}\"\ncurl \"$URL\"/v1/track -H 'A: b' -u \"$K:\" -d '{\"event\":\"it'\\''s\"}'\n\
            curl 'https://api.segment.io/v1/p' \\\n  -H 'x: y' \\\n  --data-raw '{\"userId\":\"u\"}' ;\ncurl x -d '{\"batch\":[]}'\n";
        assert!(is_curl(text));
        assert_eq!(
            bodies(text),
            [
                (3, CurlBody::Text(Some("track"), "{\"event\":\"it's\"}".to_owned())),
                (4, CurlBody::Text(Some("page"), "{\"userId\":\"u\"}".to_owned())),
                (7, CurlBody::Text(None, "{\"batch\":[]}".to_owned())),
            ]
        );
        assert!(!is_curl("{\"curl \":1}"));
    }

    #[test]
    fn decodes_the_strings_that_browsers_copy() {
        let body = |quoted: &str| bodies(&format!("# it's\ncurl x --data-raw {quoted}\n"));
        for (quoted, text) in [
            (r#"$'{"event":"it\'s"}'"#, r#"{"event":"it's"}"#),
            (r#"$'{"event":"a\\nb\u0021"}'"#, r#"{"event":"a\nb!"}"#),
            (r#"$'{"event":"\xc3\xbc\u00fc\ud83d\ude00"}'"#, r#"{"event":"üü😀"}"#),
            (r#"$'{"event":\n1}'"#, "{\"event\":\n1}"),
            (r#"'{"event":"$5 \\n"}'"#, r#"{"event":"$5 \\n"}"#),
            (r#""{\"event\":\"it's $'x'\"}""#, r#"{"event":"it's $'x'"}"#),
            ("'@home'", "@home"),
        ] {
            assert_eq!(body(quoted), [(2, CurlBody::Text(None, text.to_owned()))], "{quoted}");
        }
        for script in ["curl x -d @calls.json", "curl x -d@calls.json", "curl x --json=@calls.json"]
        {
            assert_eq!(bodies(script), [(1, CurlBody::File("calls.json".to_owned()))], "{script}");
        }
    }

    #[test]
    fn names_the_line_of_each_command() {
        let script = concat!(
            "# curl\n\n",
            "curl \\\n  x -d $'{\\n\\n\\n}'\n",
            "curl x -d '{\n}' ; curl y -d $'a\nb'\n\n",
            "curl\\\n x -d 1 # curl\n",
            "curl x -d $'\\n' -d 2; curl x -d 3\n",
        );
        let lines: Vec<usize> = bodies(script).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [3, 5, 6, 9, 11, 11, 11]);
    }
}
