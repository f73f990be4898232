//! The hosts to which SDKs send calls.

/// Segment's hosts, by region, and RudderStack's: the default of its SDKs, and those of its cloud,
/// each of which belongs to one customer. `*.` stands for one or more labels. Hosts that serve only
/// libraries and settings are not included.
pub const TRACKING_HOSTS: [&str; 7] = [
    "api.segment.io",
    "events.eu1.segmentapis.com",
    "in.eu2.segmentapis.com",
    "in.ap1.segmentapis.com",
    "in.au1.segmentapis.com",
    "hosted.rudderlabs.com",
    "*.dataplane.rudderstack.com",
];
