//! The response to a request to which a fault applies.

use crate::engine::{FAULT, InjectedFault};
use crate::server::connection::{Body, NoResponse};
use crate::server::connection_state::PhaseCell;
use crate::server::cors;
use crate::server::faults::{FaultBody, FaultKind, FaultPoint, FaultRule, Faults};
use crate::server::respond;
use crate::wire::Reply;
use http_body_util::{BodyExt, Either, Full};
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap};
use tokio::time::sleep;

/// Returns the record of a fault.
pub(crate) fn injected(fault: &FaultRule) -> InjectedFault<'_> {
    let status = match fault.kind {
        FaultKind::Status { status, .. } => Some(status),
        FaultKind::Reset | FaultKind::Close | FaultKind::Hang(_) => Some(0),
        FaultKind::Delay { .. } | FaultKind::Half | FaultKind::Slow(_) => None,
    };
    InjectedFault { text: &fault.text, status }
}

/// Returns the response to a request that is not accepted, before its fault changes it.
pub(crate) fn not_accepted(request: &HeaderMap) -> Response<Body> {
    own_response(request, Reply::success())
}

/// Waits before a request is accepted, if its fault is such a delay.
pub(crate) async fn delay_request(faults: &Faults, fault: &FaultRule) {
    if let (FaultPoint::Request, Some(delay)) = (fault.point, faults.delay(fault)) {
        sleep(delay).await;
    }
}

/// Changes the response to a request according to its fault.
///
/// # Errors
/// Fails if the connection is to end without a response.
pub(crate) async fn change(
    response: Response<Body>,
    request: &HeaderMap,
    faults: &Faults,
    fault: &FaultRule,
    watch: &PhaseCell,
) -> Result<Response<Body>, NoResponse> {
    tracing::info!("a fault was injected");
    match fault.kind {
        FaultKind::Status { status, retry_after } => {
            let message = injected(fault).message();
            let reply = Reply { retry_after, ..Reply::failure(status, FAULT, &message) };
            Ok(own_response(request, reply))
        }
        FaultKind::Delay { .. } => {
            if let (FaultPoint::Answer, Some(delay)) = (fault.point, faults.delay(fault)) {
                sleep(delay).await;
            }
            Ok(response)
        }
        FaultKind::Close => Err(NoResponse),
        FaultKind::Reset => {
            watch.reset();
            Err(NoResponse)
        }
        FaultKind::Hang(time) => {
            sleep(time).await;
            Err(NoResponse)
        }
        FaultKind::Half => Ok(with_body(response, |bytes| FaultBody::half(&bytes)).await),
        FaultKind::Slow(rate) => {
            Ok(with_body(response, |bytes| FaultBody::slow(bytes, rate)).await)
        }
    }
}

/// Replaces the body of a response with one that is sent in another way.
async fn with_body(
    response: Response<Body>,
    change: impl FnOnce(Bytes) -> FaultBody,
) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    // a body of segscope's own is complete and cannot fail
    let bytes = body.collect().await.map(|all| all.to_bytes()).unwrap_or_default();
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Either::Left(Either::Right(change(bytes))))
}

fn own_response(request: &HeaderMap, reply: Reply) -> Response<Body> {
    let full = |bytes| Either::Left(Either::Left(Full::new(bytes)));
    let mut response = respond::response(reply, full);
    cors::allow(request, response.headers_mut());
    response
}
