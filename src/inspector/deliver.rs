//! Preparing and sending outputs to a vendor, for `segscope deliver` and for the screen.

use crate::config::Settings;
use crate::outbound::{Outgoing, SendError, UpstreamResponse, check_base, send_once};
use crate::vendors::{Delivery, Output, Vendors};

/// Returns the requests of the outputs, ready to be sent with the keys of the settings.
///
/// # Errors
/// Returns the reason why they cannot be sent.
pub fn prepare(
    vendors: &Vendors,
    settings: &Settings,
    vendor: usize,
    outputs: &[Output],
) -> Result<Vec<Delivery>, String> {
    let base = settings.deliver_to(&vendors.info(vendor).name);
    if let Some(base) = base {
        check_base(base).map_err(|error| error.to_string())?;
    }
    let trust = |key: &str| settings.may_send(key);
    let ready = outputs.iter().map(|output| {
        let body = output.body.as_ref().map(|body| body.to_json()).unwrap_or_default();
        vendors.delivery(vendor, output, &body, base, &trust).map_err(|why| why.to_string())
    });
    ready.collect()
}

/// Sends a prepared request once. Keys that the vendor repeats in its response are masked.
pub async fn send(delivery: &Delivery) -> Result<UpstreamResponse, SendError> {
    let outgoing = Outgoing {
        method: &delivery.method,
        url: &delivery.url,
        headers: &delivery.headers,
        body: delivery.body.clone(),
        named: &delivery.shown_url,
    };
    let mut answer = send_once(outgoing).await?;
    answer.body = delivery.masked(&answer.body);
    Ok(answer)
}
