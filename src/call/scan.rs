//! One pass over a JSON text: checks it strictly (RFC 8259) and writes the table of its values.
//!
//! Why not serde_json: its tree costs seven times as much for a 1 KB call, it refuses what
//! senders do send (lone surrogates in escapes, 200 levels of nesting), and a recursive reader
//! can be made to overflow the stack. This one loops and allocates only the table.

use super::doc::{Kind, Node};

/// Why a text is no JSON: what was expected, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: expected {expected}, found {found}")]
pub struct SyntaxError {
    /// Byte offset into the text.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What would have been right there.
    pub expected: &'static str,
    /// What stood there, safe to print.
    pub found: String,
}

struct Frame {
    node: u32,
    object: bool,
}

pub(super) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

type Scan<T> = Result<T, (usize, &'static str)>;

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Scanner { text, bytes: text.as_bytes(), at: 0 }
    }

    /// Fills `nodes` with the values of the text, in order, parents before their children.
    pub(super) fn run(mut self, nodes: &mut Vec<Node>) -> Result<(), SyntaxError> {
        nodes.clear();
        if self.bytes.len() > u32::MAX as usize {
            return Err(self.error(0, "a text under 4 GiB"));
        }
        self.document(nodes).map_err(|(at, expected)| self.error(at, expected))
    }

    fn document(&mut self, nodes: &mut Vec<Node>) -> Scan<()> {
        let mut open: Vec<Frame> = Vec::with_capacity(16);
        let mut key = (0u32, 0u32, false);
        self.space();
        'value: loop {
            let at = nodes.len() as u32;
            let start = self.at;
            let kind = self.begin(&mut key, nodes, start)?;
            if matches!(kind, Kind::Object | Kind::Array) {
                let object = kind == Kind::Object;
                self.space();
                if self.peek() == Some(if object { b'}' } else { b']' }) {
                    self.at += 1;
                    self.finish(nodes, at);
                } else {
                    open.push(Frame { node: at, object });
                    if object {
                        key = self.key()?;
                    }
                    continue 'value;
                }
            } else {
                self.finish(nodes, at);
            }
            loop {
                self.space();
                let Some(frame) = open.last() else {
                    return if self.at == self.bytes.len() {
                        Ok(())
                    } else {
                        Err((self.at, "the end of the text"))
                    };
                };
                let (node, object) = (frame.node, frame.object);
                match (self.peek(), object) {
                    (Some(b','), _) => {
                        self.at += 1;
                        self.space();
                        if object {
                            key = self.key()?;
                        } else {
                            key = (0, 0, false);
                        }
                        continue 'value;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        self.at += 1;
                        open.pop();
                        self.finish(nodes, node);
                    }
                    (_, true) => return Err((self.at, "`,` or `}`")),
                    (_, false) => return Err((self.at, "`,` or `]`")),
                }
            }
        }
    }

    /// Pushes the node of the value that begins here and reads it, if it is a scalar.
    fn begin(
        &mut self,
        key: &mut (u32, u32, bool),
        nodes: &mut Vec<Node>,
        start: usize,
    ) -> Scan<Kind> {
        let mut escaped = false;
        let kind = match self.peek() {
            Some(b'"') => {
                self.at += 1;
                escaped = self.string()?;
                Kind::String
            }
            Some(b'{') => {
                self.at += 1;
                Kind::Object
            }
            Some(b'[') => {
                self.at += 1;
                Kind::Array
            }
            Some(b't') => self.word(b"true", Kind::True)?,
            Some(b'f') => self.word(b"false", Kind::False)?,
            Some(b'n') => self.word(b"null", Kind::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err((self.at, "a JSON value")),
        };
        nodes.push(Node {
            start: start as u32,
            end: self.at as u32,
            key_start: key.0,
            key_end: key.1,
            next: 0,
            kind,
            escaped,
            key_escaped: key.2,
        });
        *key = (0, 0, false);
        Ok(kind)
    }

    fn finish(&mut self, nodes: &mut [Node], at: u32) {
        let next = nodes.len() as u32;
        let node = &mut nodes[at as usize];
        node.end = self.at as u32;
        node.next = next;
    }

    fn key(&mut self) -> Scan<(u32, u32, bool)> {
        if self.peek() != Some(b'"') {
            return Err((self.at, "a member name in double quotes"));
        }
        self.at += 1;
        let start = self.at as u32;
        let escaped = self.string()?;
        let end = self.at as u32 - 1;
        self.space();
        if self.peek() != Some(b':') {
            return Err((self.at, "`:`"));
        }
        self.at += 1;
        self.space();
        Ok((start, end, escaped))
    }

    /// Reads on behind the opening quote to behind the closing one; true if it held an escape.
    fn string(&mut self) -> Scan<bool> {
        let mut escaped = false;
        loop {
            self.plain();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return Err((self.at, "no bare control character in a string")),
                None => return Err((self.at, "the closing `\"` of a string")),
            }
        }
    }

    /// Steps over string bytes that need no look, eight at a time.
    fn plain(&mut self) {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = 0x8080_8080_8080_8080;
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
        while let Some(chunk) = self.bytes[self.at..].first_chunk::<8>() {
            let word = u64::from_le_bytes(*chunk);
            // quotes, backslashes and bytes under 0x20 light up their high bit; the lowest lit
            // one is exact, which is all that is used
            let quote = zero(word ^ (ONES * u64::from(b'"')));
            let slash = zero(word ^ (ONES * u64::from(b'\\')));
            let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
            let hit = quote | slash | control;
            if hit == 0 {
                self.at += 8;
                continue;
            }
            self.at += (hit.trailing_zeros() / 8) as usize;
            return;
        }
        while let Some(byte) = self.peek() {
            if byte == b'"' || byte == b'\\' || byte < 0x20 {
                return;
            }
            self.at += 1;
        }
    }

    fn escape(&mut self) -> Scan<()> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return Err((self.at, "four hexadecimal digits after `\\u`"));
                    }
                    self.at += 1;
                }
            }
            _ => return Err((self.at, "one of `\"\\/bfnrtu` after `\\`")),
        }
        Ok(())
    }

    fn number(&mut self) -> Scan<Kind> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err((self.at, "a digit")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(Kind::Number)
    }

    fn some_digits(&mut self) -> Scan<()> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err((self.at, "a digit"));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &'static [u8], kind: Kind) -> Scan<Kind> {
        if self.bytes[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(kind)
        } else {
            Err((self.at, "a JSON value"))
        }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn error(&self, at: usize, expected: &'static str) -> SyntaxError {
        let mut offset = at.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |nl| nl + 1);
        SyntaxError {
            offset,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            expected,
            found: match self.text[offset..].chars().next() {
                None => "the end of the text".to_owned(),
                Some(c) => format!("`{}`", super::text::visible_char(c)),
            },
        }
    }
}
