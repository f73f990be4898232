//! A host, or all hosts below a domain.

use crate::call::text::visible;
use std::net::IpAddr;

/// The maximum length of a host's name (RFC 1035).
const MAX_HOST_BYTES: usize = 253;

/// A text that is not a host.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a host; write api.example.com, or *.example.com for all hosts below it")]
pub struct HostPatternError(String);

/// A pattern that one or several hosts match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPattern {
    /// One host.
    Exact(String),
    /// All hosts whose names end with a text that begins with a dot.
    Below(String),
}

impl HostPattern {
    /// Reads a host or `*.` and a domain.
    pub fn parse(text: &str) -> Result<HostPattern, HostPatternError> {
        let wrong = || HostPatternError(visible(text).into_owned());
        let (host, is_domain) = match text.strip_prefix("*.") {
            Some(domain) => (domain, true),
            None => (text, false),
        };
        let host = host.to_ascii_lowercase();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if !is_domain && let Ok(ip) = bare.parse::<IpAddr>() {
            return Ok(HostPattern::Exact(ip.to_string()));
        }
        let is_label = |label: &str| {
            let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            !label.is_empty() && label.len() <= 63 && label.bytes().all(is_inside)
        };
        if host.len() > MAX_HOST_BYTES || !host.split('.').all(is_label) {
            return Err(wrong());
        }
        Ok(HostPattern::from_known(text))
    }

    /// Creates a pattern from a text that is known to be valid.
    pub(crate) fn from_known(text: &str) -> HostPattern {
        let text = text.to_ascii_lowercase();
        match text.strip_prefix('*') {
            Some(domain) => HostPattern::Below(domain.to_owned()),
            None => HostPattern::Exact(text),
        }
    }

    /// Returns whether a host matches, in lower case and without brackets.
    pub(crate) fn matches(&self, host: &str) -> bool {
        // a name may end with a dot
        let host = host.strip_suffix('.').unwrap_or(host);
        match self {
            HostPattern::Exact(wanted) => host == wanted,
            HostPattern::Below(domain) => host.len() > domain.len() && host.ends_with(domain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_means_all_hosts_below_it_and_not_itself() {
        let pattern = HostPattern::parse("*.Dataplane.Example").expect("a domain");
        for (host, want) in [
            ("a.dataplane.example", true),
            ("a.b.dataplane.example", true),
            ("a.dataplane.example.", true),
            ("dataplane.example", false),
            (".dataplane.example", false),
            ("evildataplane.example", false),
            ("a.dataplane.example.evil", false),
        ] {
            assert_eq!(pattern.matches(host), want, "{host}");
        }
        let pattern = HostPattern::parse("API.example").expect("a host");
        assert!(pattern.matches("api.example") && !pattern.matches("x.api.example"));
        let pattern = HostPattern::parse("[::1]").expect("an address");
        assert!(pattern.matches("::1"));
    }

    #[test]
    fn refuses_what_is_no_host() {
        for text in [
            "", "*", "*.", "a b", "http://x", "x:443", "x/", "a..b", ".x", "x.", "*.*.x", "a*.x",
            "ä", "u@x",
        ] {
            let error = HostPattern::parse(text).expect_err(text).to_string();
            assert!(error.contains("is not a host"), "{error}");
        }
    }
}
