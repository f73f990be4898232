//! Short descriptions of finding codes, in words that are true of every call with the code.

use crate::findings::{Headline, Id};
use crate::vendors::codes::CodeEntry;

/// The ends of the first clause of a message. The text after it is about the single call, or is a
/// consequence.
const CLAUSE_ENDS: [&str; 5] = ["; ", ": ", ", so ", ", and ", " ("];

impl CodeEntry {
    /// Returns a short description: the code's summary, or the name of the missing id, or the first
    /// clause of the message without the words that differ from call to call.
    pub fn short_words(&self) -> String {
        match (&self.text.summary, self.headline.map(Headline::id)) {
            (Some(summary), _) => first_clause(summary).to_owned(),
            (None, Some(Id::Account)) => "no account id".to_owned(),
            (None, Some(Id::User)) => "no user id".to_owned(),
            (None, None) => without_values(first_clause(&self.text.message))
                .unwrap_or_else(|| words_of_code(&self.code, self.vendor.is_some())),
        }
    }
}

fn first_clause(message: &str) -> &str {
    let ends = CLAUSE_ENDS.iter().filter_map(|end| message.find(end));
    message.get(..ends.min().unwrap_or(message.len())).unwrap_or(message)
}

/// Replaces the placeholders of a clause with general words. Returns `None` if fewer than 5 letters
/// are not from placeholders.
fn without_values(clause: &str) -> Option<String> {
    let mut out = String::new();
    let mut own_letters = 0;
    let mut rest = clause;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let (before, after) = match (before.strip_suffix('`'), after.strip_prefix('`')) {
            (Some(before), Some(after)) => (before, after),
            _ => (before, after),
        };
        own_letters += before.chars().filter(|c| c.is_alphabetic()).count();
        out.push_str(before);
        // a placeholder after a noun is a value, and the noun is enough
        let is_field = matches!(name, "dotted" | "key") && !before.ends_with(char::is_alphabetic);
        let follows_noun = before.ends_with("id ") || before.ends_with("trait ");
        out.push_str(match name {
            "call" => "such",
            _ if is_field && !follows_noun => "a field",
            _ => "…",
        });
        rest = after;
    }
    own_letters += rest.chars().filter(|c| c.is_alphabetic()).count();
    out.push_str(rest);
    let out = out.replace("… …", "…");
    (own_letters >= 5).then(|| out.trim_start_matches('…').trim().to_owned())
}

/// Converts a code to words: `PH-G-NO-METRICS` becomes `no metrics`, because a vendor's code begins
/// with the vendor and the type of call.
fn words_of_code(code: &str, is_of_vendor: bool) -> String {
    let words = code.split('-').skip(usize::from(is_of_vendor));
    let own = words.skip_while(|word| is_of_vendor && word.len() == 1);
    let own: Vec<String> = own.map(str::to_lowercase).collect();
    if own.is_empty() { code.to_lowercase() } else { own.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_becomes_its_first_clause_without_values() {
        let words = |message: &str| without_values(first_clause(message));
        let some = |words: &str| Some(words.to_owned());
        assert_eq!(
            words("`{dotted}` is not a number (it is `{literal}`); it is sent unchanged"),
            some("a field is not a number")
        );
        assert_eq!(
            words("the account id `{dotted}` is a number and is sent as the string `{value}`"),
            some("the account id … is a number and is sent as the string …")
        );
        assert_eq!(
            words("the track call has no usable `event`, so there is no event to send"),
            some("the track call has no usable `event`")
        );
        assert_eq!(
            words("{title} does not act on {call} calls"),
            some("does not act on such calls")
        );
        assert_eq!(
            words("`{dotted}` is {shape} `{literal}`, not a number, so it is not sent as a metric"),
            some("a field is …, not a number")
        );
        assert_eq!(words("{none}, so Planhat drops the call"), None);
        assert_eq!(words_of_code("PH-G-NO-METRICS", true), "no metrics");
        assert_eq!(words_of_code("MESSAGE-ID-REUSED", false), "message id reused");
    }
}
