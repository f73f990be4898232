//! The hosts to which SDKs send calls.

/// Segment's hosts, by region, and RudderStack's: the one that its SDKs have as a default, and those
/// of its cloud, each of which is one customer's. `*.` stands for one or more labels. Hosts that only
/// serve libraries and settings are not among them.
pub const TRACKING_HOSTS: [&str; 7] = [
    "api.segment.io",
    "events.eu1.segmentapis.com",
    "in.eu2.segmentapis.com",
    "in.ap1.segmentapis.com",
    "in.au1.segmentapis.com",
    "hosted.rudderlabs.com",
    "*.dataplane.rudderstack.com",
];
