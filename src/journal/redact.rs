//! Secrets in headers are kept as a hash: enough to see that two requests used the same one.

use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// The value of a header as the recording keeps it. Write keys (Basic) stay as they came: they
/// are public in browsers, and sending a call again needs them.
pub fn redacted<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    match name {
        "authorization" | "proxy-authorization" => {
            let (scheme, secret) = value.split_once(' ').unwrap_or(("", value));
            if scheme.eq_ignore_ascii_case("basic") {
                Cow::Borrowed(value)
            } else if scheme.is_empty() {
                Cow::Owned(hash(secret))
            } else {
                Cow::Owned(format!("{scheme} {}", hash(secret)))
            }
        }
        "cookie" | "set-cookie" | "x-signature" | "x-api-key" => Cow::Owned(hash(value)),
        _ => Cow::Borrowed(value),
    }
}

fn hash(secret: &str) -> String {
    // a recording made from a recording keeps the hash that it has
    if secret.len() == 71 && secret.starts_with("sha256:") {
        return secret.to_owned();
    }
    let digest = Sha256::digest(secret.as_bytes());
    let mut out = String::from("sha256:");
    for byte in digest {
        use std::fmt::Write;
        write!(out, "{byte:02x}").expect("writing to a String cannot fail");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_write_keys_and_hides_the_rest() {
        assert_eq!(redacted("authorization", "Basic d2tfdGVzdDo="), "Basic d2tfdGVzdDo=");
        assert_eq!(redacted("content-type", "text/plain"), "text/plain");
        for (name, value) in [
            ("authorization", "Bearer s3cret-token"),
            ("cookie", "a=s3cret"),
            ("x-signature", "s3cret"),
            ("authorization", "s3cret"),
        ] {
            let kept = redacted(name, value);
            assert!(!kept.contains("s3cret") && kept.contains("sha256:"), "{name}: {kept}");
            assert_eq!(redacted(name, &kept), kept, "{name} is hashed once only");
        }
        assert!(redacted("authorization", "Bearer t").starts_with("Bearer sha256:"));
    }
}
