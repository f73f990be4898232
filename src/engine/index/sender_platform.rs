//! Where a call was sent from.

use crate::wire::Service;

/// Which platform a call's sender feeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SenderPlatform {
    /// Segment's libraries.
    Segment,
    /// RudderStack's libraries.
    RudderStack,
    /// Not known: hand-written requests, files.
    #[default]
    Other,
}

impl SenderPlatform {
    /// All three.
    pub const ALL: [SenderPlatform; 3] =
        [SenderPlatform::Segment, SenderPlatform::RudderStack, SenderPlatform::Other];

    /// The service that stands in front of the vendors for this sender.
    pub fn service(self) -> Service {
        match self {
            SenderPlatform::Segment | SenderPlatform::Other => Service::Segment,
            SenderPlatform::RudderStack => Service::RudderStack,
        }
    }
}
