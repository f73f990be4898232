//! Hashes in place of credentials in headers, queries and paths. A hash shows that two requests
//! used the same credential and nothing else.

use crate::call::credential::{is_credential, is_write_key, replace_parameters, userinfo};
use crate::wire;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

const HASH: &str = "sha256:";
const HASH_BYTES: usize = HASH.len() + 64;

/// The beginnings of the names of query parameters that contain the data of a call, as a body does.
const CALL_DATA: [&str; 5] = ["properties.", "traits.", "context.", "integrations.", "options."];

/// The words before credentials in headers such as `Authorization`.
const SCHEMES: [&str; 20] = [
    "basic",
    "bearer",
    "digest",
    "token",
    "apikey",
    "api-key",
    "key",
    "negotiate",
    "ntlm",
    "dpop",
    "hmac",
    "hoba",
    "hawk",
    "mac",
    "mutual",
    "oauth",
    "privatetoken",
    "signature",
    "vapid",
    "aws4-hmac-sha256",
];

/// Returns the value of a header, whose name is in lower case, as it is recorded. The write key
/// (the user name of `Authorization: Basic`) is kept, because it is public in browsers and sending
/// a call again needs it.
pub fn redacted<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    match name {
        // a shortcut for nearly all headers of nearly all requests
        "host" | "accept" | "connection" | "content-type" | "content-length" | "user-agent"
        | "accept-encoding" | "accept-language" | "content-encoding" | "transfer-encoding"
        | "sec-fetch-mode" | "sec-fetch-site" | "sec-fetch-dest" | "sec-ch-ua"
        | "sec-ch-ua-mobile" | "sec-ch-ua-platform" | "cache-control" | "pragma" => {
            Cow::Borrowed(value)
        }
        "authorization" => redacted_authorization(value, true),
        "referer" | "referrer" => redacted_referer(value),
        // the whole value of a header such as `X-Api-Key` is the credential
        _ if is_credential(name) && !is_write_key(name) => match name.contains("auth") {
            true => redacted_authorization(value, false),
            false => Cow::Owned(hash(value)),
        },
        _ => redacted_value(value),
    }
}

/// Returns a query as it is recorded: the values of parameters that contain credentials are hashes.
/// Names and order are kept.
pub fn redacted_query(query: &str) -> Cow<'_, str> {
    if query.is_empty() {
        return Cow::Borrowed(query);
    }
    let parameter = |name: &str, value: &str| {
        let name = wire::form_decoded(name);
        let is_data = || CALL_DATA.iter().any(|begin| name.starts_with(begin));
        let hides = !value.is_empty() && is_credential(&name) && !is_write_key(&name) && !is_data();
        if hides {
            return Some(hash(value));
        }
        let plain = wire::form_decoded(value);
        // the value may be a whole call or address; a hash of it reveals no more than hashes of its
        // parts
        let is_secret = is_token(&plain) || !userinfo(&plain).is_empty();
        (is_secret && !is_data()).then(|| hash(value))
    };
    replace_parameters(query, parameter).map_or(Cow::Borrowed(query), Cow::Owned)
}

/// Returns a path as it is recorded: without the password of a whole address, or of the host of a
/// CONNECT.
pub(crate) fn redacted_path(path: &str) -> Cow<'_, str> {
    match path.rsplit_once('@') {
        _ if path.starts_with('/') => Cow::Borrowed(path),
        Some((user, host)) if !user.is_empty() && !user.contains('/') => {
            Cow::Owned(format!("{}@{host}", hash(user)))
        }
        _ => without_userinfo(path),
    }
}

/// Redacts the value of a header whose name does not suggest a credential: it may still contain an
/// address with a password, or a token.
fn redacted_value(value: &str) -> Cow<'_, str> {
    if is_token(value) {
        return match value.split_once(' ') {
            Some(_) => redacted_authorization(value, false),
            None => Cow::Owned(hash(value)),
        };
    }
    if memchr::memchr2(b'@', b'=', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    let shown = without_userinfo(value);
    // a query as in `X-Original-URL`; the pairs of `Forwarded` and `Prefer` are not credentials
    let other = match redacted_query(&shown) {
        Cow::Borrowed(_) => None,
        Cow::Owned(other) => Some(other),
    };
    other.map_or(shown, Cow::Owned)
}

/// Redacts the address of a page: its password, and everything after the first `?` or `#`, because
/// a page's query may contain anything private.
fn redacted_referer(value: &str) -> Cow<'_, str> {
    let value = without_userinfo(value);
    match value.find(['?', '#']).filter(|at| at + 1 < value.len()) {
        Some(at) => Cow::Owned(format!("{}{}", &value[..=at], hash(&value[at + 1..]))),
        None => value,
    }
}

fn without_userinfo(value: &str) -> Cow<'_, str> {
    let ranges = userinfo(value);
    if ranges.is_empty() {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len() + HASH_BYTES);
    let mut from = 0;
    for range in ranges {
        out.push_str(&value[from..range.start]);
        out.push_str(&hash(&value[range.clone()]));
        from = range.end;
    }
    out.push_str(&value[from..]);
    Cow::Owned(out)
}

/// Redacts the credentials after a scheme. `has_write_key` says whether the user name of Basic is a
/// write key.
fn redacted_authorization(value: &str, has_write_key: bool) -> Cow<'_, str> {
    let split = value.split_once(' ');
    let known = |scheme: &str| SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let Some((scheme, secret)) = split.filter(|(scheme, _)| known(scheme)) else {
        return Cow::Owned(hash(value));
    };
    if has_write_key
        && scheme.eq_ignore_ascii_case("basic")
        && let Some(opened) = wire::basic_credentials(value)
    {
        return match opened.split_once(':').filter(|(_, password)| !password.is_empty()) {
            None => Cow::Borrowed(value),
            Some((key, password)) => {
                let coded = STANDARD.encode(format!("{key}:{}", hash(password)));
                Cow::Owned(format!("{scheme} {coded}"))
            }
        };
    }
    Cow::Owned(format!("{scheme} {}", hash(secret)))
}

/// Returns whether a text looks like a token: a JSON Web Token, or one after `Basic` or `Bearer`.
fn is_token(value: &str) -> bool {
    let begins = |scheme: &str| {
        value.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    };
    match value.as_bytes().first() {
        Some(b'e') => value.starts_with("eyJ") && value.matches('.').count() >= 2,
        Some(b'B' | b'b') => begins("basic ") || begins("bearer "),
        _ => false,
    }
}

/// Returns whether a recorded text contains the hash of a credential.
pub fn has_hash(text: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), HASH).any(|at| {
        let digits = text.as_bytes().get(at + HASH.len()..at + HASH_BYTES);
        digits.is_some_and(|digits| digits.iter().all(|byte| is_digest_digit(*byte)))
    })
}

fn hash(secret: &str) -> String {
    // a recording made from another recording keeps that one's hashes
    if secret.split(", ").all(is_hash) {
        return secret.to_owned();
    }
    let digest = Sha256::digest(secret.as_bytes());
    let mut out = String::with_capacity(HASH_BYTES);
    out.push_str(HASH);
    for byte in digest {
        use std::fmt::Write;
        write!(out, "{byte:02x}").expect("writing to a String cannot fail");
    }
    out
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH_BYTES
        && text.strip_prefix(HASH).is_some_and(|digits| digits.bytes().all(is_digest_digit))
}

fn is_digest_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_write_keys_and_values_without_credentials() {
        for (name, value) in [
            ("authorization", "Basic d2tfdGVzdDo="),
            ("authorization", "basic d2tfdGVzdA"),
            ("content-type", "text/plain"),
            ("x-write-key", "wk_test"),
            ("x-original-url", "/v1/track?a=b&c=d"),
            ("forwarded", "for=192.0.2.60;proto=http;by=203.0.113.43"),
            ("from", "jo@corp.example"),
            ("origin", "https://app.example:3000"),
            ("referer", "https://app.example/path"),
            ("idempotency-key", "7"),
            ("anonymousid", "YWJj"),
        ] {
            assert_eq!(redacted(name, value), value, "{name}");
        }
        for query in ["", "writeKey=wk&x=1", "data=eyJhIjoxfQ", "properties.token=abc&a=b;c=d"] {
            assert_eq!(redacted_query(query), query);
        }
    }

    #[test]
    fn hashes_every_credential_once() {
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for (name, value) in [
            ("authorization", "Bearer s3cret-token"),
            ("authorization", "s3cret"),
            ("authorization", "s3cret with words"),
            ("authorization", "Basic s3cret:s3cret"),
            ("authorization", "Digest username=\"a\", response=\"s3cret\""),
            ("proxy-authorization", "Bearer s3cret"),
            ("x-forwarded-authorization", "s3cret"),
            ("authentication", "s3cret"),
            ("cookie", "a=s3cret"),
            ("x-signature", "s3cret"),
            ("x-hub-signature-256", "sha256=s3cret"),
            ("dpop", "s3cret"),
            ("x-original-auth", "Bearer s3cret"),
            ("x-anything", "bearer s3cret"),
            ("x-anything", "eyJs3cret.a.b"),
            ("x-original-url", "/v1/track?a=b&access_token=s3cret"),
            ("x-upstream", "http://user:s3cret@host/x"),
            ("referer", "https://user:s3cret@app.example/path?anything=s3cret"),
            ("referer", "https://app.example/path#s3cret"),
        ] {
            let kept = redacted(name, value);
            assert!(!kept.contains("s3cret") && kept.contains("sha256:"), "{name}: {kept}");
            assert_eq!(redacted(name, &kept), kept, "{name} is hashed once only");
            assert!(has_hash(&kept) || name == "authorization" && kept.starts_with("Basic"));
            assert!(!has_hash(value));
        }
        assert!(redacted("authorization", "Bearer t").starts_with("Bearer sha256:"));
        assert!(redacted_path("http://u:s3cret@h/v1/t").starts_with("http://sha256:"));
        let path = redacted_path("u:s3cret@h:443");
        assert!(path.starts_with("sha256:") && path.ends_with("@h:443"), "{path}");
        assert_eq!(redacted_path(&path), path, "it is hashed once only");
        for name in ["authorization", "proxy-authorization", "x-basic"] {
            let value = basic("wk_test:s3cret");
            let kept = redacted(name, &value).into_owned();
            assert_ne!(kept, value, "{name}");
            let opened = wire::basic_credentials(&kept).unwrap_or_default();
            assert!(!opened.contains("s3cret"), "{name}: {opened}");
            assert_eq!(opened.starts_with("wk_test:sha256:"), name == "authorization", "{opened}");
            assert_eq!(redacted(name, &kept), kept, "{name} is hashed once only");
        }
        for query in [
            "access_token=s3cret",
            "a=b&access%5Ftoken=s3cret&writeKey=wk",
            "a=b;sig=s3cret",
            "apiKey=s3cret",
            "next=http://u:s3cret@h/",
            "next=http%3A%2F%2Fu%3As3cret%40h%2F",
            "t=eyJs3cret.a.b",
            "h=Bearer+s3cret",
        ] {
            let kept = redacted_query(query).into_owned();
            assert!(!kept.contains("s3cret") && kept.contains("=sha256:"), "{query}: {kept}");
            assert_eq!(redacted_query(&kept), kept, "{query} is hashed once only");
        }
    }
}
