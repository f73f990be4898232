//! The faults that a listener injects, from the settings.

use super::failure::Failure;
use crate::inspector::Setup;
use crate::server::FaultRule;

/// Returns the faults, and the seed for those that apply only to a share of the requests.
///
/// # Errors
/// Fails at the first text that is not a fault, and if the seed is not a number.
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
