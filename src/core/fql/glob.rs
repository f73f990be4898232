//! The patterns of `match`: they match the whole string and are case-sensitive.

/// A prepared pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    source: String,
    parts: Vec<GlobPart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum GlobPart {
    /// Any run of characters.
    Any,
    /// One character, whatever it is.
    One,
    Char(char),
    /// One character of these ranges.
    Class(Vec<(char, char)>),
}

impl Glob {
    /// Parses a pattern; returns `None` if a bracket is not closed or is empty, or if the pattern
    /// ends with `\`.
    pub(crate) fn new(source: &str) -> Option<Glob> {
        let mut parts = Vec::new();
        let mut chars = source.chars();
        while let Some(c) = chars.next() {
            let part = match c {
                // two stars mean the same as one, and only cost time
                '*' if parts.last() == Some(&GlobPart::Any) => continue,
                '*' => GlobPart::Any,
                '?' => GlobPart::One,
                '[' => GlobPart::Class(class(&mut chars)?),
                '\\' => GlobPart::Char(chars.next()?),
                other => GlobPart::Char(other),
            };
            parts.push(part);
        }
        Some(Glob { source: source.to_owned(), parts })
    }

    /// Returns the pattern as it was written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Returns whether the pattern matches the whole text. Backtracks only to the last star, so the
    /// time is bounded by the product of both lengths.
    pub(crate) fn covers(&self, text: &str) -> bool {
        let (mut rest, mut part) = (text.chars(), 0);
        let mut last_star: Option<(std::str::Chars<'_>, usize)> = None;
        loop {
            let mut next = rest.clone();
            match (self.parts.get(part), next.next()) {
                (Some(GlobPart::Any), _) => {
                    part += 1;
                    last_star = Some((rest.clone(), part));
                    continue;
                }
                (None, None) => return true,
                (Some(here), Some(c)) if here.matches(c) => {
                    rest = next;
                    part += 1;
                    continue;
                }
                _ => {}
            }
            let Some((from, after_star)) = &mut last_star else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            rest = from.clone();
            part = *after_star;
        }
    }
}

impl GlobPart {
    fn matches(&self, c: char) -> bool {
        match self {
            GlobPart::Any | GlobPart::One => true,
            GlobPart::Char(own) => *own == c,
            GlobPart::Class(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)),
        }
    }
}

/// Reads `abc]` or `a-z]`.
fn class(chars: &mut std::str::Chars<'_>) -> Option<Vec<(char, char)>> {
    let mut ranges = Vec::new();
    loop {
        let from = match chars.next()? {
            ']' => return (!ranges.is_empty()).then_some(ranges),
            '\\' => chars.next()?,
            other => other,
        };
        let mut ahead = chars.clone();
        let to = match (ahead.next(), ahead.next()) {
            // a dash before the closing bracket is a literal dash
            (Some('-'), Some(to)) if to != ']' => {
                let to = if to == '\\' { ahead.next()? } else { to };
                *chars = ahead;
                to
            }
            _ => from,
        };
        ranges.push((from, to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).expect("a pattern").covers(text)
    }

    #[test]
    fn matches_stars_question_marks_and_classes() {
        for (pattern, text) in [
            ("*", ""),
            ("", ""),
            ("a*c", "abbbc"),
            ("a*c", "ac"),
            ("*ab*ab", "abxabxab"),
            ("a?c", "aüc"),
            ("[abc]x", "bx"),
            ("[a-c0-9]x", "7x"),
            ("[a-]", "-"),
            (r"[\]]", "]"),
            (r"\*\?", "*?"),
            ("**a**", "a"),
            ("Größe*", "Größer"),
        ] {
            assert!(covers(pattern, text), "{pattern} should cover {text}");
        }
        for (pattern, text) in [
            ("ab", "abc"),
            ("abc", "ab"),
            ("a?c", "ac"),
            ("[abc]", "d"),
            ("[z-a]", "m"),
            ("A*", "abc"),
            ("*ab", "abc"),
            ("?", ""),
        ] {
            assert!(!covers(pattern, text), "{pattern} should not cover {text}");
        }
    }

    #[test]
    fn refuses_unfinished_patterns() {
        for pattern in ["[", "[a", "[]", "a\\", "[a-", "[\\"] {
            assert_eq!(Glob::new(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn a_hostile_pattern_takes_bounded_time() {
        let pattern = format!("{}b", "*a".repeat(200));
        assert!(!covers(&pattern, &"a".repeat(4000)));
    }
}
