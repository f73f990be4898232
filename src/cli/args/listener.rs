//! The flags of commands that listen: the address, the recording and the alerts.

use super::{ForwardArgs, InterceptArgs, TlsArgs};
use clap::Args;
use std::path::PathBuf;

/// Flags of everything that listens.
#[derive(Debug, Clone, Default, Args)]
pub struct ListenerArgs {
    /// Address to listen on; port 0 picks a free one [default: 127.0.0.1:7357]
    #[arg(long, value_name = "ADDR", help_heading = "Listening")]
    pub listen: Option<String>,
    /// Allow an address that other machines can reach
    #[arg(long, help_heading = "Listening")]
    pub allow_remote: bool,
    /// Let other machines use /_segscope if they send the token in FILE (one line, readable only by
    /// you) as `Authorization: Bearer TOKEN`; if FILE does not exist, it is created with a new token
    #[arg(long, value_name = "FILE", help_heading = "Listening")]
    pub token: Option<PathBuf>,
    /// TLS.
    #[command(flatten)]
    pub tls: TlsArgs,
    /// Verify X-Signature of /webhook requests with this shared secret, and mark those that fail
    #[arg(long, value_name = "SECRET", help_heading = "Listening")]
    pub webhook_secret: Option<String>,
    /// Refuse (401) /webhook requests whose X-Signature is missing or wrong; they are recorded first
    #[arg(long, help_heading = "Listening")]
    pub require_signature: bool,
    /// Requests are copies that a proxy makes (nginx `mirror`, Envoy, GoReplay), which discards the
    /// responses
    #[arg(long, help_heading = "Listening")]
    pub copies: bool,
    /// Alert when a call matches this filter
    #[arg(long, value_name = "EXPR", help_heading = "Alerts")]
    pub alert: Option<String>,
    /// Alert when a share or a rate of calls is out of bounds: `missing(account_id) above 2% of track
    /// over 5m, least 50 calls, by context.app.version`, `track below 10 per minute over 5m`, or
    /// `event = "Order" gone for 10m`; may be repeated
    #[arg(long, value_name = "RULE", help_heading = "Alerts")]
    pub watch: Vec<String>,
    /// How to alert: bell, notify (a terminal notification), or a command with arguments, which gets
    /// the call record on standard input [default: bell]
    #[arg(long, value_name = "HOW", help_heading = "Alerts")]
    pub alert_with: Option<String>,
    /// Where requests are forwarded to.
    #[command(flatten)]
    pub forward: ForwardArgs,
    /// Whether it is a proxy.
    #[command(flatten)]
    pub intercept: InterceptArgs,
    /// Inject a fault, to see how the app and its SDK handle it; may be repeated. Kinds: status=429
    /// [retry-after=2], delay=300ms [jitter=100ms], reset, close, half, hang=30s, slow=10KB/s. Also:
    /// share=0.1, first=3, after=100, match='FILTER', and request or answer (before or after the
    /// request is accepted)
    #[arg(long, value_name = "FAULT", help_heading = "Faults")]
    pub fault: Vec<String>,
    /// Choose the requests that meet a fault in the same way in each run
    #[arg(long, value_name = "N", help_heading = "Faults")]
    pub fault_seed: Option<String>,
    /// The recording.
    #[command(flatten)]
    pub recording: RecordArgs,
}

/// Flags of everything that records.
#[derive(Debug, Clone, Default, Args)]
pub struct RecordArgs {
    /// Append the recording to FILE [default: a new file in the state folder]
    #[arg(long, value_name = "FILE", help_heading = "Recording", conflicts_with = "no_record")]
    pub record: Option<PathBuf>,
    /// Do not keep a recording after exit
    #[arg(long, help_heading = "Recording")]
    pub no_record: bool,
    /// Keep at most so much of the recording (20GB) or its last hours (6h): it is written in parts
    /// (FILE.0001.ndjson …), and the oldest is deleted [default: 10GB; everything with --record]
    #[arg(long, value_name = "SIZE|TIME", help_heading = "Recording")]
    pub keep: Option<String>,
    /// Record a hash in place of these values (`email,phone=remove,/properties/ssn`): a key of that
    /// name at any depth, or a JSON pointer from the call; `=remove` keeps nothing of a value
    #[arg(long, value_name = "LIST", help_heading = "Recording")]
    pub redact: Vec<String>,
    /// Flush each call to disk before acknowledging it
    #[arg(long, help_heading = "Recording")]
    pub fsync: bool,
}
