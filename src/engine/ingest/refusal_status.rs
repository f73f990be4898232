//! The statuses of refusals that a fault may replace. The recording then has the status of the fault, so
//! that of the refusal follows from its code.

use crate::wire::signature;

/// The code of a request that this segscope itself has sent to the upstream.
pub(crate) const LOOP: &str = "loop";
/// The status of such a request.
pub(crate) const LOOP_STATUS: u16 = 508;
/// The status of a webhook whose signature is missing or wrong.
pub(crate) const UNSIGNED_STATUS: u16 = 401;

/// Returns the status that a refusal with this code has without a fault; `None` for a refusal that a
/// fault does not replace.
pub(crate) fn status_of_code(code: &str) -> Option<u16> {
    let unsigned = [signature::MISSING, signature::WRONG];
    match code {
        LOOP => Some(LOOP_STATUS),
        code if unsigned.iter().any(|result| signature::code(Some(result)) == Some(code)) => {
            Some(UNSIGNED_STATUS)
        }
        _ => None,
    }
}
