//! Where a listener forwards, as the settings say.

use super::failure::Failure;
use crate::fql;
use crate::inspector::Setup;
use crate::outbound::forward::Upstream;
use crate::server::ForwardOptions;

/// Settings that say nothing without `forward`.
const DEPENDENT: [&str; 3] = ["forward_connect_to", "forward_only", "forward_key"];

/// Returns how the listener forwards; none if it does not.
///
/// # Errors
/// Fails if a setting cannot be used.
pub fn options(setup: &Setup) -> Result<Option<ForwardOptions>, Failure> {
    let settings = &setup.settings;
    let text = |key: &str| settings.text(key).filter(|text| !text.is_empty());
    let wrong = |key: &str, error: &dyn std::fmt::Display| {
        Failure::wrong(format!("{}: {error}", settings.origin_of(key)))
    };
    let Some(url) = text("forward") else {
        if let Some(key) = DEPENDENT.into_iter().find(|key| text(key).is_some()) {
            return Err(wrong(key, &"nothing is forwarded without --forward URL"));
        }
        return Ok(None);
    };
    if settings.is_on("copies") {
        let error = "copies are not forwarded: the real service has got the requests (--copies)";
        return Err(wrong("forward", &error));
    }
    let upstream = Upstream::parse(url).map_err(|error| wrong("forward", &error))?;
    let upstream = match text("forward_connect_to") {
        Some(address) => upstream
            .with_connect_to(address)
            .map_err(|error| wrong("forward_connect_to", &error))?,
        None => upstream,
    };
    let only = match text("forward_only") {
        Some(text) => {
            let filter = fql::parse(text).map_err(|error| wrong("forward_only", &error))?;
            if !filter.is_known_on_arrival() {
                let error = "a request is forwarded before it is checked, so the filter may name only what the call and its request contain";
                return Err(wrong("forward_only", &error));
            }
            Some(filter)
        }
        None => None,
    };
    let key = text("forward_key").map(str::to_owned);
    if key.as_ref().is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err(wrong("forward_key", &"a write key has no blanks and no special characters"));
    }
    let tells_client = !settings.is_on("no_forwarded_for");
    Ok(Some(ForwardOptions { only, key, tells_client, ..ForwardOptions::new(upstream) }))
}
