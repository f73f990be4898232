//! The faults that a listener injects, as the settings say.

use super::failure::Failure;
use crate::inspector::Setup;
use crate::server::FaultRule;

/// Returns the faults, and what decides which request meets one with a share.
///
/// # Errors
/// Fails at the first one that is none.
pub fn options(setup: &Setup) -> Result<(Vec<FaultRule>, Option<u64>), Failure> {
    let settings = &setup.settings;
    let mut faults = Vec::new();
    for text in settings.list("fault").unwrap_or_default() {
        faults.push(FaultRule::parse(&text).map_err(|error| {
            Failure::wrong(format!("{}: `{text}`: {error}", settings.origin_of("fault")))
        })?);
    }
    let seed = settings.text("fault_seed").filter(|text| !text.is_empty());
    let seed = seed.map(|text| {
        text.parse::<u64>().map_err(|_| {
            let origin = settings.origin_of("fault_seed");
            Failure::wrong(format!("{origin}: `{text}` is not a whole number"))
        })
    });
    Ok((faults, seed.transpose()?))
}
