//! The system's store of trusted certificates: the commands that add the local certificate authority
//! to it and remove it, as mkcert runs them.

use crate::tls::authority::LocalAuthority;
use std::path::{Path, PathBuf};

/// A command that changes the system's store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustStep {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The command fails where there is nothing to do.
    pub may_fail: bool,
}

impl TrustStep {
    fn new(command: &[&str]) -> TrustStep {
        TrustStep {
            command: command.iter().map(|&part| part.to_owned()).collect(),
            may_fail: false,
        }
    }

    /// Returns the command as a user runs it who is not root.
    pub fn with_sudo(&self) -> TrustStep {
        let sudo = ["sudo", "--"].map(str::to_owned).into_iter();
        let command = sudo.chain(self.command.iter().cloned()).collect();
        TrustStep { command, may_fail: self.may_fail }
    }

    /// Returns the command as a line for a shell.
    pub fn line(&self) -> String {
        shlex::try_join(self.command.iter().map(String::as_str))
            .unwrap_or_else(|_| self.command.join(" "))
    }
}

/// A folder of certificates that a distribution trusts, and the command that takes them over.
struct Distribution {
    folder: &'static str,
    extension: &'static str,
    update: &'static [&'static str],
}

/// In the order in which mkcert looks for them.
const DISTRIBUTIONS: [Distribution; 3] = [
    // Fedora, RHEL
    Distribution {
        folder: "etc/pki/ca-trust/source/anchors",
        extension: "pem",
        update: &["update-ca-trust", "extract"],
    },
    // Debian, Ubuntu, Alpine
    Distribution {
        folder: "usr/local/share/ca-certificates",
        extension: "crt",
        update: &["update-ca-certificates"],
    },
    // Arch
    Distribution {
        folder: "etc/ca-certificates/trust-source/anchors",
        extension: "crt",
        update: &["trust", "extract-compat"],
    },
];

/// The store of this system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemStore {
    /// A folder of certificates.
    Folder {
        /// The authority's file in it.
        file: PathBuf,
        /// The store of Java that follows it, if there is one.
        java: Option<PathBuf>,
        /// The command that takes the folder over.
        update: Vec<&'static str>,
    },
    /// The keychain of macOS.
    Keychain,
}

/// The store of Java on Debian: it takes over certificates that are added to the system's store, but
/// not their removal.
const JAVA_STORE: &str = "etc/ssl/certs/java/cacerts";

/// The keychain that all users of a Mac have.
const KEYCHAIN: &str = "/Library/Keychains/System.keychain";

impl SystemStore {
    /// Looks for the store of this system; none if it is of a kind that segscope does not know.
    pub fn find(authority: &LocalAuthority) -> Option<SystemStore> {
        if cfg!(target_os = "macos") {
            return Some(SystemStore::Keychain);
        }
        SystemStore::find_below(Path::new("/"), authority.name())
    }

    fn find_below(root: &Path, name: &str) -> Option<SystemStore> {
        let found = DISTRIBUTIONS.iter().find(|it| root.join(it.folder).is_dir())?;
        let file = format!("{}.{}", name.replace(' ', "_"), found.extension);
        let file = root.join(found.folder).join(file);
        let java = Some(root.join(JAVA_STORE)).filter(|java| java.exists());
        Some(SystemStore::Folder { file, java, update: found.update.to_vec() })
    }

    /// Returns whether the authority is in the store; none where only the system can tell.
    pub fn has_authority(&self) -> Option<bool> {
        match self {
            SystemStore::Folder { file, .. } => Some(file.exists()),
            SystemStore::Keychain => None,
        }
    }

    /// Returns the commands that add an authority. Root runs them.
    pub fn trust_steps(&self, root_file: &Path) -> Vec<TrustStep> {
        let root_file = root_file.to_string_lossy();
        match self {
            SystemStore::Folder { file, update, .. } => vec![
                // readable by all, unlike the file that it is made from
                TrustStep::new(&["install", "-m", "644", &root_file, &file.to_string_lossy()]),
                TrustStep::new(update),
            ],
            SystemStore::Keychain => vec![TrustStep::new(&[
                "security",
                "add-trusted-cert",
                "-d",
                "-k",
                KEYCHAIN,
                &root_file,
            ])],
        }
    }

    /// Returns the commands that remove it.
    pub fn untrust_steps(&self, root_file: &Path) -> Vec<TrustStep> {
        match self {
            SystemStore::Folder { file, java, update } => {
                let mut update = update.clone();
                if update[0] == "update-ca-certificates" {
                    // without it, links to what was removed stay behind
                    update.push("--fresh");
                }
                let mut steps = vec![
                    TrustStep::new(&["rm", "-f", &file.to_string_lossy()]),
                    TrustStep::new(&update),
                ];
                steps.extend(java.iter().map(|java| java_untrust_step(java, file)));
                steps
            }
            SystemStore::Keychain => vec![TrustStep::new(&[
                "security",
                "remove-trusted-cert",
                "-d",
                &root_file.to_string_lossy(),
            ])],
        }
    }
}

/// Returns the command that removes the certificate that Debian added to the store of Java. The
/// certificate is not there if Java was installed after the authority was removed.
fn java_untrust_step(java: &Path, file: &Path) -> TrustStep {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let alias = format!("debian:{name}.pem");
    let java = java.to_string_lossy();
    let command =
        ["keytool", "-delete", "-keystore", &java, "-storepass", "changeit", "-alias", &alias];
    TrustStep { may_fail: true, ..TrustStep::new(&command) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_folder_of_each_distribution() {
        for (folder, file, update) in [
            ("etc/pki/ca-trust/source/anchors", "A_b.pem", "update-ca-trust"),
            ("usr/local/share/ca-certificates", "A_b.crt", "update-ca-certificates"),
            ("etc/ca-certificates/trust-source/anchors", "A_b.crt", "trust"),
        ] {
            let root = tempfile::tempdir().expect("a folder");
            assert_eq!(SystemStore::find_below(root.path(), "A b"), None);
            std::fs::create_dir_all(root.path().join(folder)).expect("created");
            let store = SystemStore::find_below(root.path(), "A b").expect("a store");
            assert_eq!(store.has_authority(), Some(false));
            let steps = store.trust_steps(Path::new("/ca/root CA.pem"));
            let file = root.path().join(folder).join(file);
            let want = format!("install -m 644 '/ca/root CA.pem' {}", file.display());
            assert_eq!((steps[0].line(), steps[1].command[0].as_str()), (want, update));
            std::fs::write(&file, "").expect("written");
            assert_eq!(store.has_authority(), Some(true));
            let steps = store.untrust_steps(Path::new("/ca/root CA.pem"));
            assert_eq!(steps[0].line(), format!("rm -f {}", file.display()));
            assert_eq!(steps.len(), 2);
            std::fs::create_dir_all(root.path().join("etc/ssl/certs/java")).expect("created");
            std::fs::write(root.path().join(JAVA_STORE), "").expect("written");
            let store = SystemStore::find_below(root.path(), "A b").expect("a store");
            let last = store.untrust_steps(Path::new("/ca/root CA.pem"))[2].clone();
            assert!(last.may_fail && last.line().ends_with("-alias debian:a_b.pem"), "{last:?}");
        }
    }
}
