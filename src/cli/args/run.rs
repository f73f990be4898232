//! The flags of `run`.

use super::{
    ExpectArgs, FailOn, FilterArgs, InterceptArgs, JudgeArgs, ListenerArgs, RecordArgs, ReportArgs,
};
use clap::Args;
use rustix::fs::RawMode;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// The longest `--grace`.
pub const MAX_GRACE: Duration = Duration::from_secs(10);

/// Flags of `run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// The command and its arguments. It is ended together with all processes that it started
    #[arg(required = true, last = true, value_name = "CMD")]
    pub command: Vec<OsString>,
    /// After CMD ended, wait until nothing has arrived for this long: 500ms, 2s, at most 10s; 0 for
    /// no wait. The wait takes at most 10s in all
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = parse_grace)]
    pub grace: Duration,
    /// The formats and files of the reports.
    #[command(flatten)]
    pub report: ReportArgs,
    /// Exit with 1 on a finding of this kind or worse
    #[arg(long, value_enum, default_value = "error")]
    pub fail_on: FailOn,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// The options for expected calls.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// Which of them.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Address to listen on; port 0 picks a free one [default: 127.0.0.1:0]
    #[arg(long, value_name = "ADDR", help_heading = "Listening")]
    pub listen: Option<String>,
    /// Allow an address that other machines can reach
    #[arg(long, help_heading = "Listening")]
    pub allow_remote: bool,
    /// The file of the token that lets other machines use /_segscope [default: a new token, only in
    /// SEGSCOPE_TOKEN]
    #[arg(long, value_name = "FILE", help_heading = "Listening")]
    pub token: Option<PathBuf>,
    /// Verify X-Signature of /webhook requests with this shared secret, and mark those that fail
    #[arg(long, value_name = "SECRET", help_heading = "Listening")]
    pub webhook_secret: Option<String>,
    /// Refuse (401) /webhook requests whose X-Signature is missing or wrong; they are recorded first
    #[arg(long, help_heading = "Listening")]
    pub require_signature: bool,
    /// The variables of CMD.
    #[command(flatten)]
    pub intercept: InterceptArgs,
    /// The recording.
    #[command(flatten)]
    pub recording: RecordArgs,
}

impl RunArgs {
    /// The flags of a listener. Without an address it is a free port, whatever the settings say.
    pub fn listener(&self) -> ListenerArgs {
        ListenerArgs {
            listen: Some(self.listen.clone().unwrap_or_else(|| "127.0.0.1:0".to_owned())),
            allow_remote: self.allow_remote,
            token: self.token.clone(),
            webhook_secret: self.webhook_secret.clone(),
            require_signature: self.require_signature,
            intercept: self.intercept.clone(),
            recording: self.recording.clone(),
            ..ListenerArgs::default()
        }
    }
}

/// Flags of the command that becomes CMD. Only `run` uses it.
#[derive(Debug, Clone, Args)]
pub struct ExecArgs {
    /// The process id of `run`.
    #[arg(long)]
    pub parent: i32,
    /// The umask of CMD.
    #[arg(long)]
    pub umask: RawMode,
    /// Wait for the terminal before the command begins.
    #[arg(long)]
    pub terminal: bool,
    /// The command and its arguments.
    #[arg(required = true, last = true)]
    pub command: Vec<OsString>,
}

fn parse_grace(text: &str) -> Result<Duration, String> {
    let expected = "expected a time such as 500ms or 2s, at most 10s, or 0";
    let (number, unit_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => match text.strip_suffix('s') {
            Some(number) => (number, 1000),
            None if text == "0" => (text, 1),
            None => return Err(expected.to_owned()),
        },
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse::<u64>().ok().filter(|_| is_number);
    let time = number.and_then(|number| number.checked_mul(unit_ms)).map(Duration::from_millis);
    time.filter(|time| *time <= MAX_GRACE).ok_or_else(|| expected.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grace_is_a_time_of_at_most_ten_seconds() {
        for (text, ms) in [("0", 0), ("0s", 0), ("1ms", 1), ("500ms", 500), ("10s", 10_000)] {
            assert_eq!(parse_grace(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in [
            "",
            "5",
            "s",
            "ms",
            "-1s",
            "+1s",
            "1.5s",
            "1 s",
            "11s",
            "10001ms",
            "1m",
            "99999999999999999999s",
        ] {
            assert!(parse_grace(text).is_err(), "{text}");
        }
    }
}
