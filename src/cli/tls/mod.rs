//! `segscope tls`: the local CA, and the certificates of a listener.

mod instructions;

use super::args::TlsCommand;
use super::failure::Failure;
use super::output;
use crate::inspector::Setup;
use crate::tls::{
    LocalAuthority, ROOT_FILE, RootBundle, ServerCertificates, SystemStore, TrustStep,
    authority_folder, write_root_bundle, write_temporary_bundle,
};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Runs a subcommand.
pub fn run(command: &TlsCommand) -> Result<(), Failure> {
    match command {
        TlsCommand::Trust { apply } => trust(*apply),
        TlsCommand::Untrust { apply } => untrust(*apply),
        TlsCommand::CaFile { bundle } => {
            let authority = open_authority(output::note)?;
            let file = match bundle {
                true => {
                    let folder = authority_folder().map_err(Failure::wrong)?;
                    write_root_bundle(&authority, &folder).map_err(Failure::blocked)?.path
                }
                false => authority.root_file(),
            };
            Ok(output::print(&format!("{}\n", file.display()))?)
        }
    }
}

/// Opens the local CA, and creates it if it does not exist.
pub fn open_authority(tell: impl FnOnce(String)) -> Result<Arc<LocalAuthority>, Failure> {
    let folder = authority_folder().map_err(Failure::wrong)?;
    let (authority, notice) = LocalAuthority::open(&folder).map_err(Failure::wrong)?;
    if let Some(notice) = notice {
        tell(notice);
    }
    Ok(Arc::new(authority))
}

/// Writes the system's trusted certificates, those of further files, and that of the local CA to one file
/// for the commands that this process starts. The file is removed when the bundle is dropped and the
/// commands have ended.
pub fn temporary_bundle(
    authority: &LocalAuthority,
    further: &[PathBuf],
) -> Result<RootBundle, Failure> {
    let folder = authority_folder().map_err(Failure::wrong)?;
    let bundle = write_temporary_bundle(authority, &folder, further).map_err(Failure::blocked)?;
    bundle.share_lock_with_commands().map_err(Failure::blocked)?;
    for unread in &bundle.unread {
        output::note(format_args!(
            "segscope: {unread}; it is left out of {}",
            bundle.path.display()
        ));
    }
    Ok(bundle)
}

/// Returns the certificates of a listener from the settings; none if it has no TLS.
///
/// # Errors
/// Fails if a setting, a certificate or a key cannot be used.
pub fn certificates(
    setup: &Setup,
    tell: impl FnOnce(String),
) -> Result<Option<Arc<ServerCertificates>>, Failure> {
    let settings = &setup.settings;
    let file = |key: &str| settings.text(key).filter(|text| !text.is_empty());
    let wrong = |key: &str, error: &dyn std::fmt::Display| {
        Failure::wrong(format!("{}: {error}", settings.origin_of(key)))
    };
    match (file("tls_cert"), file("tls_key")) {
        (Some(certificate), Some(key)) => {
            let certificates =
                ServerCertificates::from_files(Path::new(certificate), Path::new(key));
            let certificates = certificates.map_err(|(is_about_key, error)| {
                let (setting, file) =
                    if is_about_key { ("tls_key", key) } else { ("tls_cert", certificate) };
                wrong(setting, &format!("{file} {error}"))
            })?;
            Ok(Some(Arc::new(certificates)))
        }
        (Some(_), None) => {
            Err(wrong("tls_cert", &"a certificate needs its private key; name it with --tls-key"))
        }
        (None, Some(_)) => {
            Err(wrong("tls_key", &"a private key needs its certificate; name it with --tls-cert"))
        }
        (None, None) if settings.is_on("tls") => {
            let authority = open_authority(tell)?;
            Ok(Some(Arc::new(ServerCertificates::from_authority(authority))))
        }
        (None, None) => Ok(None),
    }
}

fn trust(apply: bool) -> Result<(), Failure> {
    let authority = open_authority(output::note)?;
    let store = SystemStore::find(&authority);
    if !apply {
        return Ok(output::print(&instructions::trust(&authority, store.as_ref()))?);
    }
    let store = store.ok_or_else(|| unknown_store(&authority.root_file()))?;
    run_steps(&store.trust_steps(&authority.root_file()))?;
    output::note("the local CA is now installed in the system trust store");
    output::note("runtimes with their own store need more: see `segscope tls trust`");
    Ok(())
}

fn untrust(apply: bool) -> Result<(), Failure> {
    let folder = authority_folder().map_err(Failure::wrong)?;
    if !folder.join(ROOT_FILE).exists() {
        let message = format!("there is no local CA in {}", folder.display());
        return Err(Failure::wrong(message));
    }
    let authority = open_authority(output::note)?;
    let store = SystemStore::find(&authority);
    if !apply {
        return Ok(output::print(&instructions::untrust(&authority, store.as_ref()))?);
    }
    let store = store.ok_or_else(|| unknown_store(&authority.root_file()))?;
    run_steps(&store.untrust_steps(&authority.root_file()))?;
    output::note("the local CA is now uninstalled from the system trust store");
    output::note(format_args!("its files are still in {}", folder.display()));
    Ok(())
}

fn unknown_store(root_file: &Path) -> Failure {
    Failure::blocked(format!(
        "segscope does not know this system's trust store; install {} by hand",
        root_file.display()
    ))
}

/// Runs commands as root, and prints each.
fn run_steps(steps: &[TrustStep]) -> Result<(), Failure> {
    let is_root = rustix::process::geteuid().is_root();
    for step in steps {
        let step = if is_root { step.clone() } else { step.with_sudo() };
        output::note(format_args!("running: {}", step.line()));
        let [program, arguments @ ..] = &step.command[..] else { continue };
        // the output of the command is for people, and standard output is for scripts
        let ended =
            Command::new(program).args(arguments).stdout(output::stderr_of_command()).status();
        match ended {
            Ok(status) if status.success() => {}
            _ if step.may_fail => {
                output::note(format_args!("`{}` found nothing to do, or failed", step.line()));
            }
            Ok(status) => {
                return Err(Failure::blocked(format!("`{}` failed: {status}", step.line())));
            }
            Err(error) => {
                return Err(Failure::blocked(format!("`{program}` could not be run: {error}")));
            }
        }
    }
    Ok(())
}
