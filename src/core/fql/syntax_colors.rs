//! The parts of an expression, for coloring it while it is typed.

use std::ops::Range;

use crate::fql::lexer::{Token, lex};

/// The kind of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A path or a function.
    Name,
    /// Text: quoted, a bare word, a regular expression.
    Text,
    /// A number.
    Number,
    /// `and`, `or`, `true`, …
    Keyword,
    /// An operator or a bracket.
    Sign,
}

/// Returns the parts in order, with their ranges in bytes, up to the first invalid one.
pub fn tones(text: &str) -> Vec<(Range<usize>, Tone)> {
    let mut tokens = Vec::new();
    // an incomplete text is colored as far as it can be read
    let _ = lex(text, &mut tokens);
    let tone = |token: &Token| match token {
        Token::Path(_) => Tone::Name,
        Token::Word(_) | Token::Quoted(_) | Token::Regex { .. } => Tone::Text,
        Token::Number(_) => Tone::Number,
        Token::Keyword(_) => Tone::Keyword,
        Token::Sign(_) => Tone::Sign,
    };
    tokens.into_iter().map(|spanned| (spanned.span.clone(), tone(&spanned.token))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_an_incomplete_text() {
        let parts = |text: &str| -> Vec<(String, Tone)> {
            tones(text).into_iter().map(|(part, tone)| (text[part].to_owned(), tone)).collect()
        };
        let own = |text: &str, tone| (text.to_owned(), tone);
        assert_eq!(
            parts("a.b > 1 and \"x\" ~y~ grüße \"op"),
            [
                own("a.b", Tone::Name),
                own(">", Tone::Sign),
                own("1", Tone::Number),
                own("and", Tone::Keyword),
                own("\"x\"", Tone::Text),
                own("~y~", Tone::Text),
                own("grüße", Tone::Text),
            ]
        );
        assert_eq!(parts(""), []);
    }
}
