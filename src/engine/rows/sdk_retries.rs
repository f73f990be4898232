//! Which SDKs send a request again after a status (`docs/specs/wire.md` 8).

/// The SDKs that send a request again by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SdkRetries {
    /// All that send again at all.
    All,
    /// Some of the common ones; others take it for final.
    Some,
    /// Only the Go SDK, which sends again for every status from 300.
    Few,
}

impl SdkRetries {
    /// Returns which SDKs send a request again that was answered with this status.
    pub fn after(status: u16) -> SdkRetries {
        match status {
            // analytics-node, analytics-next, Python and Java send again after the first three, and
            // not after the last three; other SDKs do the opposite
            408 | 410 | 460 | 501 | 505 | 511 => SdkRetries::Some,
            429 | 500..600 => SdkRetries::All,
            _ => SdkRetries::Few,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_differ_by_the_sdks_that_send_again() {
        for status in [429, 500, 502, 503, 504] {
            assert_eq!(SdkRetries::after(status), SdkRetries::All, "{status}");
        }
        for status in [408, 410, 460, 501, 505, 511] {
            assert_eq!(SdkRetries::after(status), SdkRetries::Some, "{status}");
        }
        for status in [301, 400, 401, 404, 413] {
            assert_eq!(SdkRetries::after(status), SdkRetries::Few, "{status}");
        }
    }
}
