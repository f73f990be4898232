//! The text of `segscope tls trust` and `untrust`: the steps on each system and for each runtime.

use crate::tls::{LocalAuthority, SystemStore, TrustStep};
use std::path::Path;

/// Returns the steps that make clients trust the local CA.
pub fn trust(authority: &LocalAuthority, store: Option<&SystemStore>) -> String {
    let file = quoted(&authority.root_file());
    let name = authority.name();
    let own = match store {
        Some(store) if store.has_authority() == Some(true) => {
            "  The local CA is installed in the system trust store.\n".to_owned()
        }
        Some(store) => format!(
            "{}  or let segscope do it:\n    segscope tls trust --apply\n",
            lines(&store.trust_steps(&authority.root_file()))
        ),
        None => format!("  segscope does not know its trust store. Install {file} by hand.\n"),
    };
    format!(
        "The local CA is {name}.
Its certificate is {file}.
Its private key never leaves this machine. Trust the CA only on machines that you use for development.

This system
{own}
Other systems (copy the certificate there)
  Debian, Ubuntu, Alpine
    sudo install -m 644 rootCA.pem /usr/local/share/ca-certificates/segscope.crt
    sudo update-ca-certificates
  Fedora, RHEL
    sudo install -m 644 rootCA.pem /etc/pki/ca-trust/source/anchors/segscope.pem
    sudo update-ca-trust extract
  Arch
    sudo install -m 644 rootCA.pem /etc/ca-certificates/trust-source/anchors/segscope.crt
    sudo trust extract-compat
  macOS
    sudo security add-trusted-cert -d -k /Library/Keychains/System.keychain rootCA.pem
  Windows (as administrator)
    certutil -addstore -f ROOT rootCA.pem

Browsers with their own store
  Chrome and Chromium on Linux (certutil is in libnss3-tools or nss-tools)
    certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n '{name}' -i {file}
  Firefox: Settings, Privacy & Security, View Certificates, Authorities, Import; or the same command
    with -d sql: and the folder of the profile

Runtimes with their own store
  Node (adds the CA)
    NODE_EXTRA_CA_CERTS={file}
  Ruby, Go on Linux, PHP streams, OpenSSL (replaces the system's store)
    SSL_CERT_FILE=\"$(segscope tls ca-file --bundle)\"
  PHP curl (replaces it)
    php -d curl.cainfo=\"$(segscope tls ca-file --bundle)\" …
  Python: requests (replaces it); urllib and http.client use SSL_CERT_FILE
    REQUESTS_CA_BUNDLE=\"$(segscope tls ca-file --bundle)\"
  curl (replaces it)
    CURL_CA_BUNDLE=\"$(segscope tls ca-file --bundle)\"
  Java, Kotlin (with the JDK's keytool; the password of a new JDK is changeit)
    keytool -importcert -noprompt -cacerts -storepass changeit -alias segscope -file {file}
  Android: put the certificate into res/raw/segscope.pem, and name it for debug builds only, in the
    file of android:networkSecurityConfig
    <network-security-config><debug-overrides><trust-anchors>
      <certificates src=\"@raw/segscope\" />
    </trust-anchors></debug-overrides></network-security-config>
  iOS: send the certificate to the device (AirDrop, mail), install the profile in Settings, General,
    VPN & Device Management, and turn it on in Settings, General, About, Certificate Trust Settings.
    The simulator:
    xcrun simctl keychain booted add-root-cert {file}

`segscope tls untrust` says how to undo it.
"
    )
}

/// Returns the steps that make clients no longer trust the local CA.
pub fn untrust(authority: &LocalAuthority, store: Option<&SystemStore>) -> String {
    let folder = authority.root_file();
    let folder = quoted(folder.parent().unwrap_or(&folder));
    let name = authority.name();
    let own = match store {
        Some(store) if store.has_authority() == Some(false) => {
            "  The local CA is not installed in the system trust store.\n".to_owned()
        }
        Some(store) => format!(
            "{}  or let segscope do it:\n    segscope tls untrust --apply\n",
            lines(&store.untrust_steps(&authority.root_file()))
        ),
        None => "  segscope does not know its trust store.\n".to_owned(),
    };
    format!(
        "This system
{own}
Other systems: remove the file that you installed, and run the same command as after you installed it
  (with --fresh for update-ca-certificates).
  macOS
    sudo security remove-trusted-cert -d rootCA.pem
  Windows (as administrator)
    certutil -delstore ROOT \"{name}\"

Browsers with their own store
  Chrome and Chromium on Linux
    certutil -d sql:$HOME/.pki/nssdb -D -n '{name}'
  Firefox: Settings, Privacy & Security, View Certificates, Authorities, Delete

Runtimes with their own store: unset the variables.
  Java, Kotlin
    keytool -delete -cacerts -storepass changeit -alias segscope
  Android: remove the file and the lines of the app. iOS: remove the profile.

To delete the CA itself:
  rm -r {folder}
"
    )
}

/// Returns the commands for a user who is not root.
fn lines(steps: &[TrustStep]) -> String {
    steps.iter().map(|step| format!("    {}\n", step.with_sudo().line())).collect()
}

fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    shlex::try_quote(&path).map_or_else(|_| path.to_string(), |quoted| quoted.into_owned())
}
