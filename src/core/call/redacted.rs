//! The text in place of a value that was redacted before its call was recorded.
//!
//! Any sender can send such a text. The only effect is that rules about the form of the value
//! ignore it.

/// The beginning of every such text.
const MARK: &str = "redacted";
/// The text in place of a value that was removed.
pub const REMOVED: &str = MARK;
/// The end of the hash of an email address, which keeps the form of an address. No such domain
/// exists.
const MAIL_DOMAIN: &str = "@redacted.invalid";
const HASH_DIGITS: usize = 16;

/// Returns the text in place of a value with this hash.
pub fn hashed(hash: u64, is_mail: bool) -> String {
    let domain = if is_mail { MAIL_DOMAIN } else { "" };
    format!("{MARK}-{hash:016x}{domain}")
}

/// Returns true for the text of a redacted value.
pub fn is_redacted(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(MARK) else { return false };
    let Some(hash) = rest.strip_prefix('-') else { return rest.is_empty() };
    let hash = hash.strip_suffix(MAIL_DOMAIN).unwrap_or(hash);
    hash.len() == HASH_DIGITS
        && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizes_only_its_own_texts() {
        for text in [REMOVED, &hashed(0, false), &hashed(u64::MAX, true)] {
            assert!(is_redacted(text), "{text}");
        }
        for text in
            ["", "redact", "redacted-", "redacted-1", "redactedly", "Redacted", "redacted@x"]
        {
            assert!(!is_redacted(text), "{text}");
        }
    }
}
