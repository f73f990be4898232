//! The limits on sizes (`docs/specs/wire.md` 9), all counted after decoding.

use super::{BodyShape, Platform, Refusal, Route, refusal::RefusalReason};
use crate::call::Val;

/// The maximum number of bytes of one call at Segment, alone or in a batch.
pub const CALL_LIMIT: usize = 32 * 1024;
/// The maximum number of bytes of a batch request at Segment.
pub const BATCH_LIMIT: usize = 500 * 1024;
/// The maximum number of bytes of a request at RudderStack.
pub const RUDDERSTACK_LIMIT: usize = 4_000 * 1024;
/// The maximum number of bytes of a request of a webhook destination. These batch up to 4,000
/// calls, and no document names a limit in bytes, so this one is segscope's own.
pub const WEBHOOK_LIMIT: usize = 16 * 1024 * 1024;

/// The maximum number of calls in a batch at Segment.
pub(crate) const MAX_BATCH_CALLS: usize = 2_500;
/// The number of characters from which a `messageId` is too long.
pub(crate) const MESSAGE_ID_LIMIT: usize = 100;

/// Returns the maximum number of bytes of a body of this route, for any sender, before and after
/// decoding. A larger body can be refused without reading it.
pub fn body_limit(route: &Route<'_>) -> usize {
    match route {
        Route::Calls(BodyShape::Webhook | BodyShape::Bare) => WEBHOOK_LIMIT,
        _ => RUDDERSTACK_LIMIT,
    }
}

/// Refuses a body above its sender's limit for the whole request.
pub(crate) fn check_body(
    shape: BodyShape,
    platform: Platform,
    length: usize,
) -> Result<(), Refusal> {
    let (limit, what) = match (shape, platform) {
        (BodyShape::Pixel(_) | BodyShape::RudderPixel(_) | BodyShape::Bare, _) => return Ok(()),
        (BodyShape::Webhook, _) => (WEBHOOK_LIMIT, "a webhook request"),
        (_, Platform::RudderStack) => (RUDDERSTACK_LIMIT, "a RudderStack request"),
        (BodyShape::One(_), _) => (CALL_LIMIT, "one call"),
        (BodyShape::Batch | BodyShape::Beacon, _) => (BATCH_LIMIT, "a batch"),
    };
    if length <= limit {
        return Ok(());
    }
    Err(Refusal::new(RefusalReason::TooLarge { what, limit, length: Some(length) }))
}

/// Refuses a batch with an item above Segment's limit for one call.
pub(crate) fn check_item<'d>(
    platform: Platform,
    index: usize,
    item: Val<'d>,
    all: impl Iterator<Item = Val<'d>>,
) -> Result<(), Refusal> {
    let is_small = |item: Val<'_>| item.raw().len() <= CALL_LIMIT;
    if platform == Platform::RudderStack || is_small(item) {
        return Ok(());
    }
    let good = all.filter(|item| item.is_object() && is_small(*item)).count();
    let (limit, length) = (CALL_LIMIT, item.raw().len());
    Err(Refusal::new(RefusalReason::ItemTooLarge { index, limit, length, good }))
}
