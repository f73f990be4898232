//! The flags of a listener that forwards.

use clap::Args;

/// Flags of a listener that forwards.
#[derive(Debug, Clone, Default, Args)]
pub struct ForwardArgs {
    /// Pass each request on to the real service, unchanged, and return its own response: a URL, or
    /// segment or segment-eu
    #[arg(long, value_name = "URL", help_heading = "Forwarding")]
    pub forward: Option<String>,
    /// Answer each request here, and send it on to the real service from the recording, again and
    /// again until it is accepted; after a restart, the rest is sent
    #[arg(long, value_name = "URL", help_heading = "Forwarding", conflicts_with_all = ["forward", "no_record"])]
    pub mirror: Option<String>,
    /// Where what a page loads comes from, so that it keeps its device-mode destinations (settings,
    /// analytics.js, next-integrations, sourceConfig): a URL, or segment or rudderstack [default:
    /// that of the short name of --forward or --mirror]
    #[arg(long, value_name = "URL", help_heading = "Forwarding")]
    pub forward_cdn: Option<String>,
    /// Connect to this address instead of that of the URL, as curl's --connect-to does
    #[arg(long, value_name = "HOST:PORT", help_heading = "Forwarding")]
    pub forward_connect_to: Option<String>,
    /// Forward only requests with a call that matches this filter, and answer the others here
    #[arg(long, value_name = "EXPR", help_heading = "Forwarding")]
    pub forward_only: Option<String>,
    /// Forward with this write key instead of the sender's, such as that of a staging source
    #[arg(long, value_name = "KEY", help_heading = "Forwarding")]
    pub forward_key: Option<String>,
    /// Do not add the client's address (X-Forwarded-For, X-Forwarded-Proto)
    #[arg(long, help_heading = "Forwarding")]
    pub no_forwarded_for: bool,
    /// Answer 503 to a request that cannot be recorded, instead of forwarding it
    #[arg(long, help_heading = "Forwarding")]
    pub strict: bool,
}
