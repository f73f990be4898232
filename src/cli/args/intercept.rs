//! The flags of a listener that is an https proxy.

use clap::Args;

/// Flags of a listener that is an https proxy.
#[derive(Debug, Clone, Default, Args)]
pub struct InterceptArgs {
    /// Be the https proxy of an app that is not changed: set HTTPS_PROXY to the listener. Requests to
    /// hosts of Segment and RudderStack are decrypted with the local CA; all other hosts get a tunnel
    /// that is neither read nor recorded
    #[arg(long, help_heading = "Intercepting")]
    pub intercept: bool,
    /// Decrypt requests to this host too, such as your own domain of a data plane; `*.example.com` for
    /// all hosts below it; may be repeated
    #[arg(long, value_name = "HOST", help_heading = "Intercepting")]
    pub intercept_host: Vec<String>,
}
