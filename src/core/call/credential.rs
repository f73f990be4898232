//! Credentials: the names of headers and parameters that contain them, and addresses without them.

use std::borrow::Cow;

/// The text in place of a credential.
const MASK: &str = "***";

/// Returns whether a header or a parameter of this name contains a credential: a token, a secret, a
/// signature, a password, an API key, a session or a cookie. The name of a write key does not
/// count, because write keys are public in browsers.
pub fn is_credential(name: &str) -> bool {
    let bytes = name.as_bytes();
    (0..bytes.len()).any(|at| begins_with_word(&bytes[at..])) || has_short_word(name)
}

/// Returns whether a name is that of a write key, in any spelling.
pub fn is_write_key(name: &str) -> bool {
    let mut left = "writekey".bytes();
    // headers have something before it (`X-Write-Key`, `X-Segment-Write-Key`)
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric();
    let letters = name.bytes().filter(is_letter).map(|byte| byte.to_ascii_lowercase());
    let count = name.bytes().filter(is_letter).count();
    count >= 8 && letters.skip(count - 8).all(|byte| left.next() == Some(byte))
}

/// Returns whether the text begins with a word that occurs only in names of credentials. Each
/// position of a name is compared only with the words of its first letter, because every header of
/// every request is checked.
fn begins_with_word(text: &[u8]) -> bool {
    let words: &[&str] = match text[0].to_ascii_lowercase() {
        b'a' => &[
            "apikey",
            "api-key",
            "api_key",
            "api.key",
            "accesskey",
            "access-key",
            "access_key",
            "authkey",
            "authorization",
            "authentication",
            "assertion",
        ],
        b'b' => &["bearer"],
        b'c' => &["cookie", "credential", "csrf"],
        b'd' => &["dpop"],
        b'j' => &["jwt"],
        b'o' => &["oidc"],
        b'p' => &["passw", "passphrase", "passcode", "privatekey"],
        b's' => &["secret", "signature", "session", "sessid", "saml", "subscriptionkey"],
        b't' => &["token"],
        b'x' => &["xsrf"],
        _ => return false,
    };
    words.iter().any(|word| {
        text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// Returns whether one of the name's parts (`X-Auth`, `authKey`, `sig`) is a word that is too short
/// to be searched for at every position.
fn has_short_word(name: &str) -> bool {
    const WORDS: [&str; 14] = [
        "auth", "creds", "hmac", "key", "nonce", "otp", "pass", "passwd", "pin", "psk", "pwd",
        "sid", "sig", "ticket",
    ];
    // keys that give access to nothing
    const HARMLESS: [&str; 6] =
        ["write", "idempotency", "websocket", "surrogate", "cache", "dedup"];
    let among =
        |words: &[&str], part: &str| words.iter().any(|word| part.eq_ignore_ascii_case(word));
    let (mut found, mut start) = (false, 0);
    let bytes = name.as_bytes();
    for at in 0..=bytes.len() {
        let ends = match bytes.get(at) {
            None => true,
            Some(byte) if !byte.is_ascii_alphanumeric() => true,
            Some(byte) => {
                at > start && byte.is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase()
            }
        };
        if !ends {
            continue;
        }
        let part = name.get(start..at).unwrap_or_default();
        if among(&HARMLESS, part) {
            return false;
        }
        found |= (3..=6).contains(&part.len()) && among(&WORDS, part);
        start = match bytes.get(at) {
            Some(byte) if byte.is_ascii_alphanumeric() => at,
            _ => at + 1,
        };
    }
    found
}

/// Returns the ranges of the user names and passwords of the addresses in a text
/// (`http://HERE@host`), without the `@`.
pub fn userinfo(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("://") {
        let start = from + at + 3;
        let ends =
            |c: char| matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>') || c.is_whitespace();
        let end = text[start..].find(ends).map_or(text.len(), |len| start + len);
        if let Some(len) = text[start..end].rfind('@').filter(|len| *len > 0) {
            found.push(start..start + len);
        }
        from = end;
    }
    found
}

/// Returns a text without the user names and passwords of its addresses, and without the values of
/// their parameters that contain credentials.
pub fn without_credentials(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for range in userinfo(text) {
        out.push_str(&text[from..range.start]);
        out.push_str(MASK);
        from = range.end;
    }
    out.push_str(&text[from..]);
    let masked = replace_parameters(&out, |name, value| {
        (is_credential(name) && !value.is_empty()).then(|| MASK.to_owned())
    });
    match masked {
        Some(masked) => Cow::Owned(masked),
        None if from == 0 => Cow::Borrowed(text),
        None => Cow::Owned(out),
    }
}

/// Replaces the values of `name=value` pairs for which `by` returns another value; returns `None`
/// if it never does. Pairs end at `&`, `;`, `?`, `#`, quotes and spaces.
pub fn replace_parameters(text: &str, by: impl Fn(&str, &str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    let mut start = 0;
    let ends = |c: char| matches!(c, '&' | ';' | '?' | '#' | '"' | '\'') || c.is_whitespace();
    while start < text.len() {
        let end = text[start..].find(ends).map_or(text.len(), |len| start + len);
        if let Some((name, value)) = text[start..end].split_once('=')
            && let Some(other) = by(name, value)
        {
            out.push_str(&text[copied..end - value.len()]);
            out.push_str(&other);
            copied = end;
        }
        start = end + text[end..].chars().next().map_or(1, char::len_utf8);
    }
    (copied > 0).then(|| out + &text[copied..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_names_of_credentials_from_others() {
        for name in [
            "authorization",
            "proxy-authorization",
            "x-forwarded-authorization",
            "authorization-info",
            "authentication",
            "x-hub-signature-256",
            "signature",
            "x-auth-token",
            "x-access-token",
            "x-csrf-token",
            "x-amz-security-token",
            "x-amzn-oidc-data",
            "x-goog-iap-jwt-assertion",
            "api-key",
            "api_key",
            "apiKey",
            "X-Api-Key",
            "dpop",
            "access_token",
            "cookie",
            "set-cookie",
            "cf-access-client-secret",
            "x-session-id",
            "PHPSESSID",
            "x-functions-key",
            "ocp-apim-subscription-key",
            "x-auth",
            "sig",
            "key",
            "authKey",
            "X-Amz-Credential",
            "client_secret",
            "user_password",
            "SAMLResponse",
            "x-xsrf",
            "hmac",
        ] {
            assert!(is_credential(name), "{name}");
        }
        for name in [
            "writeKey",
            "write_key",
            "x-write-key",
            "idempotency-key",
            "sec-websocket-key",
            "user-agent",
            "author",
            ":authority",
            "anonymousid",
            "x-request-id",
            "traceparent",
            "keyboard",
            "monkey",
            "passenger",
            "signal",
            "x-segscope-test",
            "data",
            "",
        ] {
            assert!(!is_credential(name), "{name}");
        }
        for name in ["writeKey", "write_key", "WRITEKEY", "X-Write-Key", "x-segment-writekey"] {
            assert!(is_write_key(name), "{name}");
        }
        for name in ["key", "writeKeys", "rewrite", ""] {
            assert!(!is_write_key(name), "{name}");
        }
    }

    #[test]
    fn shows_addresses_without_credentials() {
        for (text, shown) in [
            ("http://127.0.0.1:1", "http://127.0.0.1:1"),
            ("http://user:pass@h.test/x", "http://***@h.test/x"),
            ("see https://a@b@h, http://k:p@i/", "see https://***@h, http://***@i/"),
            ("http://h/?token=abc&a=b#x", "http://h/?token=***&a=b#x"),
            ("http://h/?a=b&api_key=abc", "http://h/?a=b&api_key=***"),
            ("user@host", "user@host"),
            ("http://h/a@b", "http://h/a@b"),
        ] {
            assert_eq!(without_credentials(text), shown, "{text}");
        }
    }
}
