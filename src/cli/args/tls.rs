//! The flags for TLS of the listener, and for the local CA.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Flags of a listener with TLS.
#[derive(Debug, Clone, Default, Args)]
pub struct TlsArgs {
    /// Answer https on the same port too, with certificates of a local CA that is created once;
    /// `segscope tls trust` says how clients come to trust it
    #[arg(long, help_heading = "Listening")]
    pub tls: bool,
    /// Answer https with the certificate in FILE (PEM, with its chain) instead of those of the local
    /// CA
    #[arg(long, value_name = "FILE", help_heading = "Listening")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of --tls-cert (PEM, not encrypted)
    #[arg(long, value_name = "FILE", help_heading = "Listening")]
    pub tls_key: Option<PathBuf>,
}

/// Flags of `tls`.
#[derive(Debug, Clone, Args)]
pub struct TlsCommandArgs {
    /// The command of `tls`.
    #[command(subcommand)]
    pub command: TlsCommand,
}

/// The commands of `tls`.
#[derive(Debug, Clone, Subcommand)]
pub enum TlsCommand {
    /// Print how this system, other systems and each runtime come to trust the local CA
    Trust {
        /// Install the local CA in this system's trust store (with sudo if you are not root)
        #[arg(long)]
        apply: bool,
    },
    /// Print how to remove the local CA from where it is trusted
    Untrust {
        /// Uninstall the local CA from this system's trust store (with sudo if you are not root)
        #[arg(long)]
        apply: bool,
    },
    /// Print the path of the local CA's certificate, and create the CA if it is not there
    CaFile {
        /// Print the path of a file that also holds the system's trusted certificates, for variables
        /// that replace these (SSL_CERT_FILE, REQUESTS_CA_BUNDLE)
        #[arg(long)]
        bundle: bool,
    },
}
