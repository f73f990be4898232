//! The flags of `mcp`.

use super::{ExpectArgs, JudgeArgs, ListenerArgs, RecordArgs};
use clap::Args;
use std::path::PathBuf;

/// The instructions for common clients.
pub const CLIENTS: &str = r#"How to add it to a client:

  Claude Code      claude mcp add segscope -- segscope mcp
  Codex            codex mcp add segscope -- segscope mcp
  Gemini CLI       gemini mcp add segscope segscope mcp
  VS Code          code --add-mcp '{"name":"segscope","command":"segscope","args":["mcp"]}'
  Cursor, others   "mcpServers": {"segscope": {"command": "segscope", "args": ["mcp"]}}
                   in the client's settings (Cursor: .cursor/mcp.json)

assets/agents/SKILL.md describes how an agent works with the tools."#;

/// Flags of `mcp`.
#[derive(Debug, Clone, Args)]
pub struct McpArgs {
    /// Recordings, JSON or NDJSON of calls, HAR, gzip of these, or folders
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Judging.
    #[command(flatten)]
    pub judge: JudgeArgs,
    /// The options for expected calls.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// Use the segscope that listens at this address, or listen there; port 0 listens on a free port
    /// [default: SEGSCOPE_URL, or 127.0.0.1:7357]
    #[arg(long, value_name = "ADDR", help_heading = "Listening", conflicts_with = "files")]
    pub listen: Option<String>,
    /// The recording of a listener of its own.
    #[command(flatten)]
    pub recording: RecordArgs,
}

impl McpArgs {
    /// Returns the flags of a listener.
    pub fn listener(&self) -> ListenerArgs {
        ListenerArgs {
            listen: self.listen.clone(),
            recording: self.recording.clone(),
            ..ListenerArgs::default()
        }
    }
}
