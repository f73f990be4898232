//! Ways in besides being the SDK's host: copies that a proxy makes, webhooks that are signed, and
//! requests that are forwarded or mirrored to the real service.

mod copies;
mod faults;
mod forward;
mod mirror;
mod redaction;
mod signatures;
mod violations;
