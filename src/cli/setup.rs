//! What most commands begin with: settings, vendors, the vendors in use, the recording.

use super::alert;
use super::args::{JudgeArgs, ListenerArgs, ScreenArgs};
use super::failure::Failure;
use super::looks;
use super::secret_files;
use super::signals;
use crate::call::nearest_name;
use crate::config::{self, MAX_TEXT_FILE_BYTES, SettingOrigin, Settings, Sources};
use crate::engine::{Engine, InUse, Recording};
use crate::outbound::check_base;
use crate::plan::Plan;
use crate::recording::{RecordingFile, Recordings};
use crate::tui::app::keymap::{Keymap, SetKeys};
use crate::tui::theme::Themes;
use crate::vendors::{VendorError, VendorFile, Vendors};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The project's settings, in the folder where the program is started.
const PROJECT_FILE: &str = "segscope.toml";

/// The folder of recordings in the state folder.
const RECORDINGS: &str = "recordings";

/// Settings in force and what follows from them.
#[derive(Clone)]
pub struct Setup {
    /// How they were asked for, to be read again.
    asked: (JudgeArgs, Flags),
    pub settings: Settings,
    pub vendor_files: Vec<VendorFile>,
    /// The files that secrets were read from.
    secret_files: Vec<PathBuf>,
    pub vendors: Arc<Vendors>,
    /// What is expected, where something is; the vendors judge by it too.
    plan: Option<Arc<Plan>>,
    pub in_use: InUse,
    /// The keys of the screen.
    pub keymap: Keymap,
    /// What the screen looks like.
    pub themes: Themes,
    /// The alerts that are asked for.
    pub alert: Option<alert::AlertSettings>,
}

/// Flags that are settings, as key, value, and how they were written.
pub type Flags = Vec<(String, Value, String)>;

impl Setup {
    /// Reads all layers of settings and makes the vendors.
    pub fn new(judge: &JudgeArgs, flags: Flags) -> Result<Setup, Failure> {
        let asked = (judge.clone(), flags.clone());
        let mut settings = settings(judge, flags)?;
        let files = vendor_files(&judge.vendor_file)?;
        let secret_files = secret_files::read(&mut settings, &files)?;
        let keymap = keymap(&settings)?;
        let themes = looks::themes(&settings)?;
        looks::check_columns(&settings)?;
        let alert = alert::AlertSettings::from_settings(&settings)?;
        if let Some(url) = settings.text("upstream").filter(|url| !url.is_empty()) {
            let origin = settings.origin_of("upstream");
            check_base(url).map_err(|error| Failure::wrong(format!("{origin}: {error}")))?;
        }
        let vendors =
            Vendors::new(&settings.vendors(), &files).map_err(|error| placed(&settings, &error))?;
        let vendors = Arc::new(vendors);
        for name in settings.delivered_elsewhere() {
            let origin = settings.origin_of(&format!("deliver.{name}")).to_string();
            find_vendor(&vendors, name, &origin)?;
        }
        let in_use = match settings.list("vendors.use") {
            Some(names) => {
                let origin = settings.origin_of("vendors.use").to_string();
                let chosen: Result<Vec<usize>, Failure> =
                    names.iter().map(|name| find_vendor(&vendors, name, &origin)).collect();
                InUse::chosen(&vendors, chosen?)
            }
            // a choice that was made on the screen; a vendor that is gone since is left out
            None => match super::listen::choices().and_then(|choices| choices.vendors()) {
                Some(names) => InUse::chosen(
                    &vendors,
                    names.iter().filter_map(|name| vendors.index_of(name)).collect(),
                ),
                None => InUse::unsaid(&vendors),
            },
        };
        Ok(Setup {
            asked,
            settings,
            vendor_files: files,
            secret_files,
            vendors,
            plan: None,
            in_use,
            keymap,
            themes,
            alert,
        })
    }

    /// Reads all of it again, as the files are now.
    pub fn again(&self) -> Result<Setup, Failure> {
        let setup = Setup::new(&self.asked.0, self.asked.1.clone())?;
        match &self.plan {
            Some(plan) => setup.expecting(Arc::clone(plan)),
            None => Ok(setup),
        }
    }

    /// The same, and calls are judged by a plan too.
    pub fn expecting(self, plan: Arc<Plan>) -> Result<Setup, Failure> {
        let vendors = Vendors::new(&self.settings.vendors(), &self.vendor_files)
            .map_err(|error| placed(&self.settings, &error))?;
        let vendors = Arc::new(vendors.with_plan(Some(Arc::clone(&plan))));
        Ok(Setup { vendors, plan: Some(plan), ..self })
    }

    /// The files that it was read from, those that may come too.
    pub fn files(&self) -> Vec<PathBuf> {
        let judge = &self.asked.0;
        let own = judge.config.clone().or_else(config::user_config_file);
        let mut files: Vec<PathBuf> =
            own.into_iter().chain([PathBuf::from(PROJECT_FILE)]).collect();
        let folders = [config::user_vendors_folder(), config::user_themes_folder()];
        for folder in folders.into_iter().flatten() {
            let found = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            files.extend(found.map(|entry| entry.path()));
        }
        files.extend(judge.vendor_file.iter().chain(&self.secret_files).cloned());
        files.sort();
        files
    }

    /// Returns the line of the project's file that turns recording off, if one does.
    pub fn unrecorded_by(&self) -> Option<&SettingOrigin> {
        self.settings.project_origin("no_record").filter(|_| self.settings.is_on("no_record"))
    }

    /// The recording that the settings ask for; `named` says whether a new one gets a name.
    pub fn journal(&self, named: bool) -> Result<(RecordingFile, Option<String>), Failure> {
        let fsync = self.settings.is_on("fsync");
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
        let journal = match self.settings.text("record").filter(|_| !self.settings.is_on("no_record")) {
            _ if !named || self.settings.is_on("no_record") => RecordingFile::nameless(),
            Some(file) if is_null_device(Path::new(file)) => {
                notices.push(format!(
                    "{file} keeps nothing, so the recording is in a file without a name, gone with the program"
                ));
                RecordingFile::nameless()
            }
            Some(file) => RecordingFile::open(Path::new(file), fsync).map(|(journal, recovery)| {
                if recovery.cut_bytes > 0 {
                    notices.push(format!("{file}: its last line was torn ({} bytes) and was cut; all whole lines are kept", recovery.cut_bytes));
                }
                notices.extend(recovery.exposed.map(|exposed| exposed.words(Path::new(file))));
                journal
            }),
            None => {
                let folder = state.ok_or_else(|| Failure::blocked("no home folder is known to keep the recording in; use --record FILE or --no-record"))?;
                Recordings::in_folder(folder.join(RECORDINGS)).begin(fsync)
            }
        };
        let notice = (!notices.is_empty()).then(|| notices.join("; "));
        Ok((journal.map_err(Failure::blocked)?, notice))
    }

    /// A engine over a recording, which is read while the engine is there already. What is
    /// wrong in it becomes its notice.
    pub fn engine(&self, recording: Recording) -> Result<Arc<Engine>, Failure> {
        let secret = self.settings.text("webhook_secret").map(str::to_owned);
        Engine::start(recording, Arc::clone(&self.vendors), self.in_use.clone(), secret)
            .map(Arc::new)
            .map_err(|error| Failure::wrong(format!("the recording could not be read: {error}")))
    }
}

/// Whether a name stands for the device that keeps nothing.
fn is_null_device(file: &Path) -> bool {
    std::fs::canonicalize(file).is_ok_and(|file| file == Path::new("/dev/null"))
}

/// The place of a vendor by its name, or what was wrong and what there is.
pub fn find_vendor(vendors: &Vendors, name: &str, origin: &str) -> Result<usize, Failure> {
    vendors.index_of(name).ok_or_else(|| {
        let names: Vec<&str> = vendors.names().collect();
        let near = nearest_name(name, names.iter().copied())
            .map(|near| format!("; did you mean `{near}`?"));
        Failure::wrong(format!(
            "{origin}: `{name}` is no vendor; there are {}{}",
            names.join(", "),
            near.unwrap_or_default()
        ))
    })
}

/// The keys that come with the program, and those that the user set.
fn keymap(settings: &Settings) -> Result<Keymap, Failure> {
    let set: Vec<SetKeys> = settings
        .screen_keys()
        .map(|(place, action, keys, origin)| SetKeys {
            place: place.to_owned(),
            action: action.to_owned(),
            keys,
            origin: origin.to_string(),
        })
        .collect();
    Keymap::with(&set).map_err(Failure::wrong)
}

fn settings(judge: &JudgeArgs, mut flags: Flags) -> Result<Settings, Failure> {
    for text in &judge.setting {
        flags.push(config::read_setting(text).map_err(Failure::wrong)?);
    }
    if !judge.vendor.is_empty() {
        flags.push(("vendors.use".to_owned(), judge.vendor.clone().into(), "--vendor".to_owned()));
    }
    let project = PathBuf::from(PROJECT_FILE);
    let user = match &judge.config {
        Some(file) if !file.exists() => {
            return Err(Failure::wrong(format!(
                "--config {}: there is no such file",
                file.display()
            )));
        }
        // the way to say that there are none
        Some(file) if file == Path::new("/dev/null") => None,
        Some(file) => Some(file.clone()),
        None => config::user_config_file().filter(|file| file.exists()),
    };
    let sources = Sources {
        flags,
        // a variable that is not UTF-8 is no setting's; a value that is not is refused or shown so
        env: std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
            })
            .collect(),
        project_file: Some(project.as_path()).filter(|file| file.exists()),
        user_file: user.as_deref(),
    };
    Settings::load(&sources).map_err(Failure::wrong)
}

/// The user's vendor files: those of the config folder in order of their names, then the flags'.
pub fn vendor_files(flags: &[PathBuf]) -> Result<Vec<VendorFile>, Failure> {
    let mut files = Vec::new();
    if let Some(folder) = config::user_vendors_folder().filter(|folder| folder.is_dir()) {
        let unreadable = |error: std::io::Error| {
            Failure::wrong(format!("could not read {}: {error}", folder.display()))
        };
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|ext| ext == "toml") {
                files.push(path);
            }
        }
        files.sort();
    }
    files.extend_from_slice(flags);
    files.iter().map(|file| vendor_file(file)).collect()
}

/// A vendor's table that a user wrote.
pub fn vendor_file(file: &Path) -> Result<VendorFile, Failure> {
    let name = file.display().to_string();
    let text = config::read_text_file(file, MAX_TEXT_FILE_BYTES)
        .map_err(|error| Failure::wrong(format!("{name}: the vendor file {error}")))?;
    Ok(VendorFile { name, text })
}

/// A vendor's complaint with the place of the setting that it is about.
fn placed(settings: &Settings, error: &VendorError) -> Failure {
    let key = match error {
        VendorError::Settings(error) => match &error.key {
            Some(key) => format!("vendors.{}.{key}", error.vendor),
            None => format!("vendors.{}", error.vendor),
        },
        VendorError::Unknown { name, .. } => format!("vendors.{name}"),
        VendorError::File { .. } => return Failure::UseLines(error.to_string()),
    };
    Failure::wrong(format!("{}: {error}", settings.origin_of(&key)))
}

impl ListenerArgs {
    /// The flags that are settings.
    pub fn flags(&self) -> Flags {
        let file = self.record.as_ref().map(|file| file.to_string_lossy());
        let texts = [
            ("listen", self.listen.as_deref()),
            ("alert", self.alert.as_deref()),
            ("alert_with", self.alert_with.as_deref()),
            ("webhook_secret", self.webhook_secret.as_deref()),
            ("record", file.as_deref()),
        ];
        let switches = [
            // a file that is named here is written, whatever the settings say
            ("no_record", self.no_record.then_some(true).or(file.as_ref().map(|_| false))),
            ("allow_remote", self.allow_remote.then_some(true)),
            ("fsync", self.fsync.then_some(true)),
        ];
        let mut flags = settings_of(&texts, &switches);
        let token = self.token.as_ref().map(|file| file.to_string_lossy());
        flags.extend(
            token.map(|file| ("token_file".to_owned(), Value::from(file), "--token".to_owned())),
        );
        flags
    }
}

impl ScreenArgs {
    /// The flags that are settings.
    pub fn flags(&self) -> Flags {
        let texts = [("theme", self.theme.as_deref()), ("upstream", self.upstream.as_deref())];
        settings_of(&texts, &[("ascii", self.ascii.then_some(true))])
    }
}

/// The flags that were given, of those that are texts and those that are switches.
fn settings_of(texts: &[(&str, Option<&str>)], switches: &[(&str, Option<bool>)]) -> Flags {
    let texts = texts.iter().filter_map(|(key, text)| Some((*key, Value::from((*text)?))));
    let switches = switches.iter().filter_map(|(key, on)| Some((*key, Value::from((*on)?))));
    let flag = |(key, value): (&str, Value)| {
        (key.to_owned(), value, format!("--{}", key.replace('_', "-")))
    };
    texts.chain(switches).map(flag).collect()
}
