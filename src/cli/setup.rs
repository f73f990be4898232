//! The setup of most commands: settings, vendors, the vendors in use, the recording.

use super::args::{
    ForwardArgs, InterceptArgs, JudgeArgs, ListenerArgs, RecordArgs, ScreenArgs, TlsArgs,
};
use super::failure::Failure;
use super::signals;
use crate::config::{self, SettingOrigin};
use crate::engine::{Engine, IngestOptions, Recording, UnsentRecording, find_unsent};
use crate::inspector::{Flags, SettingsSource, Setup};
use crate::recording::{
    self, DEFAULT_KEEP, EarlierPart, KeepLimit, RecordingError, RecordingFile, Recordings,
    Recovery, Redaction,
};
use crate::tui;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder of recordings in the state folder.
const RECORDINGS: &str = "recordings";

/// Returns the files of a recording with calls that segscope named itself: the newest is number 1.
pub fn last_recording(nth: usize) -> Result<Vec<PathBuf>, Failure> {
    let state = config::user_state_folder()
        .ok_or_else(|| Failure::blocked("--last: there is no home folder with recordings"))?;
    let folder = state.join(RECORDINGS);
    let newest = Recordings::in_folder(&folder).newest(nth);
    let newest = newest.map_err(|error| {
        Failure::blocked(format!("--last: could not read {}: {error}", folder.display()))
    })?;
    newest.ok_or_else(|| {
        let folder = folder.display();
        let which = if nth == 1 { "no recording" } else { "no such older recording" };
        Failure::wrong(format!("--last: there is {which} with calls in {folder}; give FILE"))
    })
}

/// Returns whether a recording is in the folder that [`last_recording`] searches.
pub fn is_in_state_folder(recording: &Path) -> bool {
    config::user_state_folder().is_some_and(|state| recording.starts_with(state.join(RECORDINGS)))
}

/// Reads all layers of settings with these flags, and creates the vendors.
pub fn load(judge: &JudgeArgs, mut flags: Flags) -> Result<Setup, Failure> {
    for text in &judge.setting {
        flags.push(config::read_setting(text).map_err(Failure::wrong)?);
    }
    if !judge.vendor.is_empty() {
        flags.push(("vendors.use".to_owned(), judge.vendor.clone().into(), "--vendor".to_owned()));
    }
    let source = SettingsSource {
        flags,
        config_flag: judge.config.clone(),
        vendor_files: judge.vendor_file.clone(),
        check_screen: |settings| tui::Looks::from_settings(settings).map(drop),
        ..SettingsSource::of_user()
    };
    Ok(Setup::load(source)?)
}

impl Setup {
    /// Returns the line of the project's file that turns recording off, if one does.
    pub fn unrecorded_by(&self) -> Option<&SettingOrigin> {
        self.settings.project_origin("no_record").filter(|_| self.settings.is_on("no_record"))
    }

    /// Returns the recording that the settings ask for, with a notice. `named` says whether a new one gets a
    /// name.
    pub fn recording(&self, named: bool) -> Result<(Recording, Option<String>), Failure> {
        let mut recording = Recording::default();
        let (recording_file, notice) = self.recording_file(named, &mut recording)?;
        recording.set_file(recording_file).map_err(Failure::blocked)?;
        Ok((recording, notice))
    }

    /// Returns the setting `keep`, if there is one.
    fn keep(&self) -> Result<Option<KeepLimit>, Failure> {
        let Some(text) = self.settings.text("keep") else { return Ok(None) };
        let keep = text.parse().map_err(|error| Failure::wrong(format!("keep: {error}")))?;
        Ok(Some(keep))
    }

    fn recording_file(
        &self,
        named: bool,
        recording: &mut Recording,
    ) -> Result<(RecordingFile, Option<String>), Failure> {
        let fsync = self.settings.is_on("fsync");
        let keep = self.keep()?;
        let kept = keep.unwrap_or(DEFAULT_KEEP);
        signals::survive_file_limits().map_err(Failure::blocked)?;
        let mut notices = Vec::new();
        let state = config::user_state_folder();
        let folders = state.iter().flat_map(|state| [state.clone(), state.join(RECORDINGS)]);
        notices.extend(folders.filter_map(|folder| {
            config::close_to_others(&folder).map(|exposed| exposed.words(&folder))
        }));
        if let Some(origin) = self.unrecorded_by().filter(|_| named) {
            notices.push(format!("{origin}: the project turns recording off (`no_record`)"));
        }
        notices.extend(self.redaction.as_ref().map(Redaction::summary));
        let recording_file = match self.settings.text("record").filter(|_| !self.settings.is_on("no_record")) {
            _ if !named || self.settings.is_on("no_record") => {
                RecordingFile::nameless().map(|recording_file| recording_file.keeping(kept))
            }
            Some(file) if is_null_device(Path::new(file)) => {
                notices.push(format!(
                    "{file} stores nothing, so the recording is a temporary file that is deleted at exit"
                ));
                RecordingFile::nameless().map(|recording_file| recording_file.keeping(kept))
            }
            Some(file) => open(Path::new(file), keep, fsync).map(|(recording_file, earlier, recovery)| {
                earlier.into_iter().for_each(|part| recording.add_earlier_part(part));
                let (bytes, cut_bytes) = (recording_file.len(), recovery.cut_bytes);
                tracing::info!(file, bytes, cut_bytes, fsync, "recording opened");
                if recovery.cut_bytes > 0 {
                    notices.push(format!("{file}: its last line was torn ({} bytes) and was cut; all whole lines are kept", recovery.cut_bytes));
                }
                notices.extend(recovery.exposed.map(|exposed| exposed.words(Path::new(file))));
                recording_file
            }),
            None => {
                let folder = state.ok_or_else(|| Failure::blocked("there is no home folder for the recording; use --record FILE or --no-record"))?;
                let begun = Recordings::in_folder(folder.join(RECORDINGS)).begin(kept, fsync);
                begun.map(|(recording_file, deleted)| {
                    let folder = folder.join(RECORDINGS);
                    tracing::info!(folder = %folder.display(), deleted, fsync, "recording planned");
                    recording_file
                })
            }
        };
        if let Err(error) = &recording_file {
            tracing::warn!(%error, "no recording");
        }
        let notice = (!notices.is_empty()).then(|| notices.join("; "));
        Ok((recording_file.map_err(Failure::blocked)?, notice))
    }

    /// Creates an engine over a recording, which is read in the background. A problem in it becomes the
    /// engine's notice.
    pub fn engine(&self, recording: Recording) -> Result<Arc<Engine>, Failure> {
        let options = IngestOptions {
            takes_copies: false,
            forwards_to: None,
            mirrors_to: None,
            faults: 0,
            ..self.ingest_options()
        };
        self.start_engine(recording, options)
    }

    /// Creates an engine for a listener of live traffic, whose requests may be copies or be forwarded.
    pub fn live_engine(&self, recording: Recording) -> Result<Arc<Engine>, Failure> {
        self.start_engine(recording, self.ingest_options())
    }

    fn start_engine(
        &self,
        recording: Recording,
        options: IngestOptions,
    ) -> Result<Arc<Engine>, Failure> {
        Engine::start(recording, Arc::clone(&self.vendors), self.in_use.clone(), options)
            .map(Arc::new)
            .map_err(|error| Failure::wrong(format!("the recording could not be read: {error}")))
    }
}

/// Opens the recording that the user named, and its earlier parts.
fn open(
    file: &Path,
    keep: Option<KeepLimit>,
    fsync: bool,
) -> Result<(RecordingFile, Vec<EarlierPart>, Recovery), RecordingError> {
    match keep {
        Some(keep) => recording::open_parts(file, keep, fsync),
        None => RecordingFile::open(file, fsync)
            .map(|(recording_file, recovery)| (recording_file, Vec::new(), recovery)),
    }
}

/// Returns the recordings of the state folder that a mirror has not sent completely, the newest first.
pub fn unsent_recordings() -> Vec<UnsentRecording> {
    let folder = config::user_state_folder().map(|state| state.join(RECORDINGS));
    // a folder that cannot be read now is read again by the next command that mirrors
    folder.and_then(|folder| find_unsent(&folder).ok()).unwrap_or_default()
}

/// Returns true if a path is the null device.
fn is_null_device(file: &Path) -> bool {
    std::fs::canonicalize(file).is_ok_and(|file| file == Path::new("/dev/null"))
}

impl ListenerArgs {
    /// Returns the flags that are settings.
    pub fn flags(&self) -> Flags {
        let texts = [
            ("listen", self.listen.as_deref()),
            ("alert", self.alert.as_deref()),
            ("alert_with", self.alert_with.as_deref()),
            ("webhook_secret", self.webhook_secret.as_deref()),
            ("fault_seed", self.fault_seed.as_deref()),
        ];
        let switches = [
            ("allow_remote", self.allow_remote.then_some(true)),
            ("require_signature", self.require_signature.then_some(true)),
            ("copies", self.copies.then_some(true)),
        ];
        let mut flags = settings_of(&texts, &switches);
        flags.extend(self.tls.flags());
        flags.extend(self.forward.flags());
        flags.extend(self.intercept.flags());
        if !self.fault.is_empty() {
            let faults = Value::from(self.fault.clone());
            flags.push(("fault".to_owned(), faults, "--fault".to_owned()));
        }
        flags.extend(self.recording.flags());
        if !self.watch.is_empty() {
            flags.push(("watch".to_owned(), self.watch.clone().into(), "--watch".to_owned()));
        }
        let token = self.token.as_ref().map(|file| file.to_string_lossy());
        flags.extend(
            token.map(|file| ("token_file".to_owned(), Value::from(file), "--token".to_owned())),
        );
        flags
    }
}

impl TlsArgs {
    /// Returns the flags that are settings.
    fn flags(&self) -> Flags {
        let certificate = self.tls_cert.as_ref().map(|file| file.to_string_lossy());
        let key = self.tls_key.as_ref().map(|file| file.to_string_lossy());
        let texts = [("tls_cert", certificate.as_deref()), ("tls_key", key.as_deref())];
        settings_of(&texts, &[("tls", self.tls.then_some(true))])
    }
}

impl InterceptArgs {
    /// Returns the flags that are settings.
    pub fn flags(&self) -> Flags {
        let mut flags = settings_of(&[], &[("intercept", self.intercept.then_some(true))]);
        if !self.intercept_host.is_empty() {
            let hosts = Value::from(self.intercept_host.clone());
            flags.push(("intercept_host".to_owned(), hosts, "--intercept-host".to_owned()));
        }
        flags
    }
}

impl ForwardArgs {
    /// Returns the flags that are settings.
    fn flags(&self) -> Flags {
        let texts = [
            ("forward", self.forward.as_deref()),
            ("mirror", self.mirror.as_deref()),
            ("forward_cdn", self.forward_cdn.as_deref()),
            ("forward_connect_to", self.forward_connect_to.as_deref()),
            ("forward_only", self.forward_only.as_deref()),
            ("forward_key", self.forward_key.as_deref()),
        ];
        let switches = [
            ("no_forwarded_for", self.no_forwarded_for.then_some(true)),
            ("strict", self.strict.then_some(true)),
        ];
        settings_of(&texts, &switches)
    }
}

impl RecordArgs {
    /// Returns the flags that are settings.
    pub fn flags(&self) -> Flags {
        let file = self.record.as_ref().map(|file| file.to_string_lossy());
        let texts = [("record", file.as_deref()), ("keep", self.keep.as_deref())];
        let switches = [
            // a file that the flag names is written, whatever the settings say
            ("no_record", self.no_record.then_some(true).or(file.as_ref().map(|_| false))),
            ("fsync", self.fsync.then_some(true)),
        ];
        let mut flags = settings_of(&texts, &switches);
        if !self.redact.is_empty() {
            let redact = Value::from(self.redact.clone());
            flags.push(("redact".to_owned(), redact, "--redact".to_owned()));
        }
        flags
    }
}

impl ScreenArgs {
    /// Returns the flags that are settings.
    pub fn flags(&self) -> Flags {
        let texts = [("theme", self.theme.as_deref()), ("upstream", self.upstream.as_deref())];
        settings_of(&texts, &[("ascii", self.ascii.then_some(true))])
    }
}

/// Returns the flags that were given, out of those with texts and the switches.
fn settings_of(texts: &[(&str, Option<&str>)], switches: &[(&str, Option<bool>)]) -> Flags {
    let texts = texts.iter().filter_map(|(key, text)| Some((*key, Value::from((*text)?))));
    let switches = switches.iter().filter_map(|(key, on)| Some((*key, Value::from((*on)?))));
    let flag = |(key, value): (&str, Value)| {
        (key.to_owned(), value, format!("--{}", key.replace('_', "-")))
    };
    texts.chain(switches).map(flag).collect()
}
