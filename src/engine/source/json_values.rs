//! Reads the JSON values of a stream one at a time, whether they follow each other, are in arrays,
//! or are pretty-printed. Only the value that is being read is in memory.

use crate::engine::source::limits::MAX_VALUE_BYTES;
use std::io::{self, BufRead};

/// A position in a text. The line and the column count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextPosition {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Default for TextPosition {
    fn default() -> TextPosition {
        TextPosition { line: 1, column: 0 }
    }
}

impl TextPosition {
    /// Moves past a byte.
    pub(super) fn step(&mut self, byte: u8) {
        if byte == b'\n' {
            (self.line, self.column) = (self.line + 1, 0);
        } else {
            self.column += 1;
        }
    }
}

/// The result of reading the next value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReadStep {
    /// An object, with the position of its beginning.
    Object(TextPosition),
    /// An object that is too long to be read, with the position of its beginning.
    TooLong(TextPosition),
    /// A value other than an object or an array.
    Other(TextPosition, u8),
    /// The end of the stream inside the object or array that begins here.
    Cut(TextPosition),
    End,
}

/// Reads the objects of a stream.
pub(crate) struct Values<R> {
    input: R,
    place: TextPosition,
    /// The positions of the beginnings of the open arrays.
    arrays: Vec<TextPosition>,
    /// True if only the elements of one array are read.
    one_array: bool,
    /// The number of bytes that the present value may still have.
    left: usize,
}

/// The maximum size of a value that is skipped. A longer value is taken to have no end.
const MAX_SKIPPED_BYTES: usize = 128 << 20;
/// The maximum depth of arrays in arrays whose elements are read.
const MAX_ARRAYS: usize = 64;

impl<R: BufRead> Values<R> {
    pub fn new(input: R) -> Values<R> {
        Values {
            input,
            place: TextPosition::default(),
            arrays: Vec::new(),
            one_array: false,
            left: MAX_SKIPPED_BYTES,
        }
    }

    /// Skips to the elements of the member `name` of the root's member `within`. Returns false if
    /// the stream has no such array.
    pub fn skip_to(&mut self, within: &str, name: &str) -> io::Result<bool> {
        self.find_array(0, vec![Vec::new()], within, name)
    }

    /// Skips to the next such array, after the end of one to which [`skip_to`](Self::skip_to)
    /// skipped: in the root that follows.
    pub fn skip_to_next(&mut self, within: &str, name: &str) -> io::Result<bool> {
        self.find_array(2, vec![Vec::new(), within.into(), Vec::new()], within, name)
    }

    /// Skips to an array, from inside of `depth` brackets. `keys` has the name of the last member
    /// at each depth.
    fn find_array(
        &mut self,
        mut depth: usize,
        mut keys: Vec<Vec<u8>>,
        within: &str,
        name: &str,
    ) -> io::Result<bool> {
        let mut text = Vec::new();
        while let Some(byte) = self.next_byte()? {
            match byte {
                b'"' => {
                    text.clear();
                    self.string(&mut text)?;
                }
                b':' => {
                    if let Some(key) = keys.get_mut(depth) {
                        std::mem::swap(key, &mut text);
                    }
                }
                b'[' if depth == 2
                    && keys[1] == within.as_bytes()
                    && keys[2] == name.as_bytes() =>
                {
                    self.arrays = vec![self.place];
                    self.one_array = true;
                    return Ok(true);
                }
                b'{' | b'[' => {
                    depth += 1;
                    if keys.len() <= depth && depth <= 2 {
                        keys.push(Vec::new());
                    }
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Ok(false)
    }

    /// Reads the text of the next object into `value`.
    pub fn next(&mut self, value: &mut Vec<u8>) -> io::Result<ReadStep> {
        value.clear();
        self.left = MAX_SKIPPED_BYTES;
        loop {
            if self.one_array && self.arrays.is_empty() {
                return Ok(ReadStep::End);
            }
            let Some(byte) = self.next_byte()? else {
                return Ok(self.arrays.last().map_or(ReadStep::End, |open| ReadStep::Cut(*open)));
            };
            match byte {
                b'{' => return self.object(value),
                b'[' if self.arrays.len() < MAX_ARRAYS => self.arrays.push(self.place),
                b']' if !self.arrays.is_empty() => {
                    self.arrays.pop();
                }
                // separators of the values of a list and of a JSON text sequence
                b',' | 0x1e => {}
                byte if byte.is_ascii_whitespace() => {}
                0xef if self.place == (TextPosition { line: 1, column: 1 }) => {
                    // a byte order mark
                    for _ in 0..2 {
                        self.next_byte()?;
                    }
                    self.place.column = 0;
                }
                byte => return Ok(ReadStep::Other(self.place, byte)),
            }
        }
    }

    /// Reads the rest of an object after its opening brace.
    fn object(&mut self, value: &mut Vec<u8>) -> io::Result<ReadStep> {
        let begin = self.place;
        value.push(b'{');
        let (mut depth, mut too_long) = (1usize, false);
        while depth > 0 {
            self.plain(value)?;
            let Some(byte) = self.next_byte()? else { return Ok(ReadStep::Cut(begin)) };
            if value.len() >= MAX_VALUE_BYTES {
                // the rest of the object is skipped, so that only this object is lost
                value.clear();
                too_long = true;
            }
            value.push(byte);
            match byte {
                b'"' => {
                    let closed = self.string(value)?;
                    value.push(if closed { b'"' } else { b'\n' });
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
        }
        Ok(if too_long { ReadStep::TooLong(begin) } else { ReadStep::Object(begin) })
    }

    /// Reads the rest of a string after its opening quote, up to its closing quote. A line end ends
    /// the string too, because a JSON string contains none, so a string that was cut does not
    /// swallow the values after it.
    fn string(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let bytes = self.fill()?;
            let end = memchr::memchr3(b'"', b'\\', b'\n', bytes);
            let plain = end.unwrap_or(bytes.len());
            if text.len() <= MAX_VALUE_BYTES {
                text.extend_from_slice(&bytes[..plain]);
            }
            self.left = self.left.saturating_sub(plain);
            self.input.consume(plain);
            self.place.column += plain;
            match self.next_byte()? {
                None => return Ok(false),
                Some(b'"') => return Ok(true),
                Some(b'\n') => return Ok(false),
                Some(byte) => {
                    text.push(byte);
                    // an escaped quote does not end the string
                    if byte == b'\\'
                        && let Some(escaped) = self.next_byte()?
                    {
                        text.push(escaped);
                    }
                }
            }
        }
    }

    /// Reads up to the next byte that opens or closes a string, object or array.
    fn plain(&mut self, value: &mut Vec<u8>) -> io::Result<()> {
        let bytes = self.fill()?;
        let opens = |byte: &u8| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b'\n');
        let plain = bytes.iter().position(opens).unwrap_or(bytes.len());
        value.extend_from_slice(&bytes[..plain]);
        self.left = self.left.saturating_sub(plain);
        self.input.consume(plain);
        self.place.column += plain;
        Ok(())
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other("a JSON value in it has no end"));
        }
        loop {
            match self.input.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.input.fill_buf()
    }

    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        let Some(byte) = self.fill()?.first().copied() else { return Ok(None) };
        self.input.consume(1);
        self.left -= 1;
        self.place.step(byte);
        Ok(Some(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<String> {
        let mut values = Values::new(text.as_bytes());
        let mut found = Vec::new();
        let mut value = Vec::new();
        loop {
            match values.next(&mut value).expect("memory") {
                ReadStep::Object(_) => found.push(String::from_utf8_lossy(&value).into_owned()),
                ReadStep::End => return found,
                ReadStep::Other(place, byte) => {
                    found.push(format!("{}:{} {}", place.line, place.column, byte as char));
                    return found;
                }
                ReadStep::Cut(place) => {
                    found.push(format!("cut {}:{}", place.line, place.column));
                    return found;
                }
                ReadStep::TooLong(_) => found.push("too long".to_owned()),
            }
        }
    }

    #[test]
    fn finds_objects_however_they_are_laid_out() {
        assert_eq!(steps("{\"a\":\"}\"}{\n\"b\":[{}]\n}"), ["{\"a\":\"}\"}", "{\n\"b\":[{}]\n}"]);
        assert_eq!(steps("\u{feff}[{},[{\"c\":1}],\n{}]\u{1e}{}"), ["{}", "{\"c\":1}", "{}", "{}"]);
        assert_eq!(steps(" \n"), [""; 0]);
        assert_eq!(steps("{} x"), ["{}", "1:4 x"]);
        assert_eq!(steps("[{},\n{\"a\":"), ["{}", "cut 2:1"]);
        assert_eq!(steps("\n[{}"), ["{}", "cut 2:1"]);
        assert_eq!(steps("{\"a\\\"\":\"\\\\\"}{}"), ["{\"a\\\"\":\"\\\\\"}", "{}"]);
    }

    #[test]
    fn passes_over_an_object_that_is_too_long() {
        let long = format!("{{\"a\":\"{}\"}}{{\"b\":1}}", "x".repeat(MAX_VALUE_BYTES));
        assert_eq!(steps(&long), ["too long", "{\"b\":1}"]);
    }

    #[test]
    fn skips_to_the_elements_of_one_array() {
        let text = "{\"log\":{\"pages\":[{\"entries\":[1]}],\"entries\":[{\"a\":1},{\"b\":2}],\"x\":[{}]}}";
        let mut values = Values::new(text.as_bytes());
        assert!(values.skip_to("log", "entries").expect("memory"));
        let mut value = Vec::new();
        assert!(matches!(values.next(&mut value), Ok(ReadStep::Object(_))));
        assert_eq!(value, b"{\"a\":1}");
        assert!(matches!(values.next(&mut value), Ok(ReadStep::Object(_))));
        assert_eq!(values.next(&mut value).expect("memory"), ReadStep::End);
        assert!(!Values::new(&b"{\"log\":{}}"[..]).skip_to("log", "entries").expect("memory"));
    }
}
