//! The platform of the library that sent a call.

use crate::wire::Service;

/// The platform for which a call's sender was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SenderPlatform {
    /// One of Segment's libraries.
    Segment,
    /// One of RudderStack's libraries.
    RudderStack,
    /// Another sender, such as a hand-written request or a file.
    #[default]
    Other,
}

impl SenderPlatform {
    /// All platforms.
    pub const ALL: [SenderPlatform; 3] =
        [SenderPlatform::Segment, SenderPlatform::RudderStack, SenderPlatform::Other];

    /// Returns the service that is in front of the vendors for this sender.
    pub fn service(self) -> Service {
        match self {
            SenderPlatform::Segment | SenderPlatform::Other => Service::Segment,
            SenderPlatform::RudderStack => Service::RudderStack,
        }
    }
}
