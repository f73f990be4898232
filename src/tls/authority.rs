//! The local certificate authority: created once, kept in the state folder, and used to sign the
//! certificates that the listener shows. Its files have the names that mkcert gives its own.

use crate::config::{TextFileError, read_text_file};
use crate::config::{close_to_others, create_private_folder, user_state_folder};
use crate::tls::own_certificate::{self, CertificateError};
use crate::tls::pem;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use sha2::{Digest, Sha256};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// The file of the authority's certificate.
pub const ROOT_FILE: &str = "rootCA.pem";
/// The file of the authority's key.
const KEY_FILE: &str = "rootCA-key.pem";
/// The maximum length of each file.
const MAX_FILE_BYTES: u64 = 64 << 10;

/// The time for which the authority's certificate is valid.
const ROOT_YEARS: i16 = 10;
/// The time for which a signed certificate is valid. Apple's systems accept at most 825 days.
const LEAF_DAYS: i64 = 397;
/// The time before today from which a certificate is valid, for clients whose clocks are slow.
const CLOCK_SKEW_DAYS: i64 = 1;

/// The organization of the authority's name, as mkcert writes it.
const ORGANIZATION: &str = "segscope development CA";

/// A reason why there is no authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// There is no folder for it.
    #[error("there is no state folder for the local CA: neither HOME nor XDG_STATE_HOME is set")]
    NoFolder,
    /// A file cannot be read.
    #[error("the local CA: {path} {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// The error.
        error: TextFileError,
    },
    /// The files are not what segscope wrote.
    #[error(
        "the local CA in {folder} cannot be used: {reason}; delete that folder to create a new CA, and trust it again with `segscope tls trust`"
    )]
    Damaged {
        /// Their folder.
        folder: PathBuf,
        /// The reason.
        reason: String,
    },
    /// It cannot be created.
    #[error(
        "the local CA could not be created in {folder}: {reason}; if the files of a CA are not all there, delete the folder"
    )]
    NotCreated {
        /// Its folder.
        folder: PathBuf,
        /// The reason.
        reason: String,
    },
}

/// The authority of this user on this machine.
pub struct LocalAuthority {
    folder: PathBuf,
    name: String,
    root: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    /// The key of all signed certificates: it never leaves the process.
    leaf_key: KeyPair,
}

impl std::fmt::Debug for LocalAuthority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalAuthority").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Returns the folder of the authority's files.
pub fn authority_folder() -> Result<PathBuf, AuthorityError> {
    Ok(user_state_folder().ok_or(AuthorityError::NoFolder)?.join("tls"))
}

impl LocalAuthority {
    /// Opens the authority in a folder, and creates it if it is not there. Returns what the user
    /// should know of it: that it was created, or that its key was open to other users.
    pub fn open(folder: &Path) -> Result<(LocalAuthority, Option<String>), AuthorityError> {
        let is_new = !folder.join(ROOT_FILE).exists() && !folder.join(KEY_FILE).exists();
        if is_new {
            create_files(folder)?;
        }
        let authority = LocalAuthority::load(folder)?;
        let key_file = folder.join(KEY_FILE);
        let notice = match is_new {
            true => Some(format!("created a new local CA at {}", folder.display())),
            false => close_to_others(&key_file).map(|exposed| exposed.words(&key_file)),
        };
        Ok((authority, notice))
    }

    fn load(folder: &Path) -> Result<LocalAuthority, AuthorityError> {
        let damaged =
            |reason: String| AuthorityError::Damaged { folder: folder.to_owned(), reason };
        let read = |name: &str| {
            let path = folder.join(name);
            read_text_file(&path, MAX_FILE_BYTES)
                .map_err(|error| AuthorityError::File { path, error })
        };
        let root = CertificateDer::from_pem_slice(read(ROOT_FILE)?.as_bytes())
            .map_err(|_| damaged(format!("{ROOT_FILE} holds no certificate in PEM")))?;
        let key_text = read(KEY_FILE)?;
        let no_key = |_| damaged(format!("{KEY_FILE} holds no private key that segscope wrote"));
        let key = PrivatePkcs8KeyDer::from_pem_slice(key_text.as_bytes())
            .map_err(|_| damaged(format!("{KEY_FILE} holds no private key in PEM")))?;
        let key_pair = KeyPair::try_from(&key).map_err(no_key)?;
        own_certificate::check(std::slice::from_ref(&root), PrivateKeyDer::Pkcs8(key)).map_err(
            |error| {
                damaged(match error {
                    CertificateError::KeyMismatch => {
                        format!("{KEY_FILE} is not the key of {ROOT_FILE}")
                    }
                    error => format!("{ROOT_FILE} {error}"),
                })
            },
        )?;
        let name = authority_name(&key_pair);
        if memchr::memmem::find(&root, name.as_bytes()).is_none() {
            return Err(damaged(format!("{ROOT_FILE} was not made by segscope")));
        }
        let params = root_params(&name).map_err(|error| damaged(error.to_string()))?;
        let leaf_key = KeyPair::generate().map_err(|error| damaged(error.to_string()))?;
        let issuer = Issuer::new(params, key_pair);
        Ok(LocalAuthority { folder: folder.to_owned(), name, root, issuer, leaf_key })
    }

    /// Returns the path of its certificate.
    pub fn root_file(&self) -> PathBuf {
        self.folder.join(ROOT_FILE)
    }

    /// Returns its name, which differs on each machine.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its certificate.
    pub(crate) fn root(&self) -> &CertificateDer<'static> {
        &self.root
    }

    /// Returns its certificate in PEM.
    pub fn root_pem(&self) -> String {
        pem::encode("CERTIFICATE", &self.root)
    }

    /// Signs a certificate for these hosts and addresses. Returns it with its key.
    pub(crate) fn issue(
        &self,
        names: &[String],
    ) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
        let mut params = CertificateParams::new(names)?;
        let mut subject = DistinguishedName::new();
        subject.push(DnType::OrganizationName, "segscope development certificate");
        params.distinguished_name = subject;
        set_validity(&mut params, jiff::Span::new().days(LEAF_DAYS));
        params.serial_number = Some(new_serial());
        params.use_authority_key_identifier_extension = true;
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&self.leaf_key, &self.issuer)?;
        let key = PrivatePkcs8KeyDer::from(self.leaf_key.serialize_der());
        Ok((certificate.der().clone(), PrivateKeyDer::Pkcs8(key)))
    }
}

/// Creates the files of an authority. Both come into being at once, so that two programs that start
/// at the same time use the same authority.
fn create_files(folder: &Path) -> Result<(), AuthorityError> {
    let failed = |reason: String| AuthorityError::NotCreated { folder: folder.to_owned(), reason };
    let key = KeyPair::generate().map_err(|error| failed(error.to_string()))?;
    let params = root_params(&authority_name(&key)).map_err(|error| failed(error.to_string()))?;
    let root = params.self_signed(&key).map_err(|error| failed(error.to_string()))?;
    let root = pem::encode("CERTIFICATE", root.der());
    let key = pem::encode("PRIVATE KEY", &key.serialize_der());
    let beside = folder.with_extension(format!("{}.tmp", uuid::Uuid::new_v4().simple()));
    let written = create_private_folder(&beside)
        .and_then(|()| create_file(&beside.join(KEY_FILE), &key))
        .and_then(|()| create_file(&beside.join(ROOT_FILE), &root))
        .and_then(|()| std::fs::rename(&beside, folder));
    let Err(error) = written else { return Ok(()) };
    // the files of the failed attempt have no use
    let _ = std::fs::remove_dir_all(&beside);
    match folder.join(ROOT_FILE).exists() {
        // another program was first
        true => Ok(()),
        false => Err(failed(error.to_string())),
    }
}

fn create_file(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

/// Returns the name of the authority that has this key.
fn authority_name(key: &KeyPair) -> String {
    let digest = Sha256::digest(key.public_key_raw());
    let id: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{ORGANIZATION} {id}")
}

fn root_params(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, ORGANIZATION);
    // iOS lists a certificate under this name
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    set_validity(&mut params, jiff::Span::new().years(ROOT_YEARS));
    params.serial_number = Some(new_serial());
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

/// Makes a certificate valid from yesterday on, for this long.
fn set_validity(params: &mut CertificateParams, lasts: jiff::Span) {
    let today = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).date();
    let day = |date: jiff::civil::Date| {
        rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    let first = today.saturating_sub(jiff::Span::new().days(CLOCK_SKEW_DAYS));
    params.not_before = day(first);
    params.not_after = day(today.saturating_add(lasts));
}

/// Creates a serial number that no other certificate of the authority has: browsers refuse two
/// certificates with one number.
fn new_serial() -> SerialNumber {
    SerialNumber::from_slice(uuid::Uuid::new_v4().as_bytes())
}
