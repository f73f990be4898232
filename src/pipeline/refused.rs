//! What to change, for a request that was refused.

/// A sentence for the status, code and message that the sender got.
pub(super) fn fix(status: u16, code: &str, message: &str) -> String {
    let fix = match (status, code) {
        (404, _) => {
            "Check the host and path that the SDK is set to: calls go to /v1/track, /v1/identify, /v1/batch and their kin."
        }
        (405, _) => "Send tracking calls with POST.",
        (408, _) => "The sender was too slow to send its body; nothing is lost if it sends again.",
        (429, _) => "The SDK sends it again by itself; send in smaller batches if this goes on.",
        (503, _) => {
            "Free space on the disk or mend the recording's folder; the SDK sends it again by itself."
        }
        (400, _) if message.contains("bytes") => {
            "Make the call smaller: Segment takes 32 KB a call and 500 KB a batch, and refuses the whole request otherwise."
        }
        (400, _) if message.contains("gzip") => {
            "Send the body whole, as gzip or plain; the content-encoding header must match it."
        }
        (400, _) if message.contains("empty") => {
            "Send the call as the request's body, as a JSON object."
        }
        (400, _) => "Send a JSON object; the message above names the place where it breaks.",
        _ => "See the message above.",
    };
    fix.to_owned()
}
