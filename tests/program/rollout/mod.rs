//! Ways in besides being the SDK's host: copies that a proxy makes, and webhooks that are signed.

mod copies;
mod signatures;
