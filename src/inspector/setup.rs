//! The settings in force, read from flags, environment variables and files, and the vendors that
//! follow from them.

use super::alerts::AlertSettings;
use super::secret_files;
use super::setup_error::SetupError;
use crate::call::credential::without_credentials;
use crate::call::nearest_name;
use crate::config::{self, FolderChoices, MAX_TEXT_FILE_BYTES, Settings, Sources};
use crate::engine::{InUse, IngestOptions};
use crate::findings::names_an_id;
use crate::fql;
use crate::outbound::check_base;
use crate::outbound::forward::Upstream;
use crate::plan::Plan;
use crate::recording::Redaction;
use crate::vendors::{VendorError, VendorFile, Vendors};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The project's settings, in the folder where the program is started.
const PROJECT_FILE: &str = "segscope.toml";
/// The setting that lists values which are not recorded.
const REDACT: &str = "redact";

/// Flags that are settings, each as its key, its value, and the text of the flag.
pub type Flags = Vec<(String, Value, String)>;

/// The sources of the settings, so that they can be read again when a file changes.
#[derive(Clone)]
pub struct SettingsSource {
    /// Flags that are settings.
    pub flags: Flags,
    /// The environment.
    pub env: Vec<(String, String)>,
    /// The file that `--config` names instead of `user_file`. It must exist.
    pub config_flag: Option<PathBuf>,
    /// The user's own file, which need not exist.
    pub user_file: Option<PathBuf>,
    /// The project's file, which need not exist.
    pub project_file: PathBuf,
    /// The vendor files that flags name.
    pub vendor_files: Vec<PathBuf>,
    /// The folder of the user's vendor files.
    pub vendors_folder: Option<PathBuf>,
    /// The folder of the user's themes.
    pub themes_folder: Option<PathBuf>,
    /// The choices that were made on the screen.
    pub choices: Option<FolderChoices>,
    /// Checks the settings that only the screen understands: its keys, colors and columns.
    pub check_screen: fn(&Settings) -> Result<(), SetupError>,
}

impl SettingsSource {
    /// Returns the environment and the files of the user who runs the program, without flags.
    pub fn of_user() -> SettingsSource {
        SettingsSource {
            flags: Flags::new(),
            // a name that is not UTF-8 is no setting; an invalid value is refused or shown with replacements
            env: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
                })
                .collect(),
            config_flag: None,
            user_file: config::user_config_file(),
            project_file: PathBuf::from(PROJECT_FILE),
            vendor_files: Vec::new(),
            vendors_folder: config::user_vendors_folder(),
            themes_folder: config::user_themes_folder(),
            choices: FolderChoices::of_user(),
            check_screen: |_| Ok(()),
        }
    }

    /// Reads all layers of settings.
    fn settings(&self) -> Result<Settings, SetupError> {
        let user = match &self.config_flag {
            Some(file) if !file.exists() => {
                let message = format!("--config {}: there is no such file", file.display());
                return Err(SetupError::new(message));
            }
            // `--config /dev/null` means no file
            Some(file) if file == Path::new("/dev/null") => None,
            Some(file) => Some(file.as_path()),
            None => self.user_file.as_deref().filter(|file| file.exists()),
        };
        let sources = Sources {
            flags: self.flags.clone(),
            env: self.env.clone(),
            project_file: Some(self.project_file.as_path()).filter(|file| file.exists()),
            user_file: user,
        };
        for file in sources.project_file.iter().chain(&sources.user_file) {
            tracing::debug!(file = %file.display(), "reading settings");
        }
        Settings::load(&sources).map_err(SetupError::new)
    }

    /// Returns the vendors that were chosen on the screen in this folder.
    fn chosen_vendors(&self) -> Option<Vec<String>> {
        self.choices.as_ref()?.vendors()
    }

    /// Reads the user's vendor files: those of the folder in order of their names, then those of flags.
    ///
    /// # Errors
    /// Fails if the folder or one of the files cannot be read.
    pub fn vendor_files(&self) -> Result<Vec<VendorFile>, SetupError> {
        let mut files = Vec::new();
        if let Some(folder) = self.vendors_folder.as_ref().filter(|folder| folder.is_dir()) {
            let unreadable = |error: std::io::Error| {
                SetupError::new(format!("could not read {}: {error}", folder.display()))
            };
            for entry in std::fs::read_dir(folder).map_err(unreadable)? {
                let path = entry.map_err(unreadable)?.path();
                if path.extension().is_some_and(|ext| ext == "toml") {
                    files.push(path);
                }
            }
            files.sort();
        }
        files.extend_from_slice(&self.vendor_files);
        for file in &files {
            tracing::debug!(file = %file.display(), "reading a vendor file");
        }
        files.iter().map(|file| vendor_file(file)).collect()
    }
}

/// The settings in force and what follows from them.
#[derive(Clone)]
pub struct Setup {
    source: SettingsSource,
    /// The settings.
    pub settings: Settings,
    /// The user's vendor files.
    pub vendor_files: Vec<VendorFile>,
    /// The files from which secrets were read.
    secret_files: Vec<PathBuf>,
    /// The vendors: the built-in ones and those of files.
    pub vendors: Arc<Vendors>,
    /// The plan of `--expect`, which the vendors have too. It stays when settings are read again.
    plan: Option<Arc<Plan>>,
    /// The vendors in use.
    pub in_use: InUse,
    /// The alerts that the settings ask for.
    pub alert: Option<AlertSettings>,
    /// The values that are not recorded.
    pub redaction: Option<Redaction>,
}

impl Setup {
    /// Reads all layers of settings and creates the vendors.
    ///
    /// # Errors
    /// Fails if a setting, a vendor file or a file of a secret cannot be used.
    pub fn load(source: SettingsSource) -> Result<Setup, SetupError> {
        let mut settings = source.settings()?;
        let files = source.vendor_files()?;
        let secret_files = secret_files::read(&mut settings, &files)?;
        (source.check_screen)(&settings)?;
        if let Some(url) = settings.text("upstream").filter(|url| !url.is_empty()) {
            let origin = settings.origin_of("upstream");
            check_base(url).map_err(|error| SetupError::new(format!("{origin}: {error}")))?;
        }
        if settings.is_on("require_signature")
            && settings.text("webhook_secret").is_none_or(str::is_empty)
        {
            let origin = settings.origin_of("require_signature");
            let message =
                format!("{origin}: there is no `webhook_secret` to check signatures with");
            return Err(SetupError::new(message));
        }
        let redacted = settings.list(REDACT).unwrap_or_default();
        let redaction = Redaction::parse(redacted.iter().map(String::as_str), names_an_id)
            .map_err(|error| SetupError::new(format!("{}: {error}", settings.origin_of(REDACT))))?;
        let vendors = Vendors::new(&settings.vendors(), &files)
            .map_err(|error| with_origin(&settings, &error))?;
        check_destination_filters(&settings)?;
        let vendors = Arc::new(vendors);
        let alert = AlertSettings::from_settings(&settings, &vendors)?;
        for name in settings.delivered_elsewhere() {
            let origin = settings.origin_of(&format!("deliver.{name}")).to_string();
            find_vendor(&vendors, name, &origin)?;
        }
        let in_use = match settings.list("vendors.use") {
            Some(names) => {
                let origin = settings.origin_of("vendors.use").to_string();
                let chosen: Result<Vec<usize>, SetupError> =
                    names.iter().map(|name| find_vendor(&vendors, name, &origin)).collect();
                InUse::chosen(&vendors, chosen?)
            }
            // a choice that was made on the screen; a vendor that no longer exists is left out
            None => match source.chosen_vendors() {
                Some(names) => InUse::chosen(
                    &vendors,
                    names.iter().filter_map(|name| vendors.index_of(name)).collect(),
                ),
                None => InUse::without_choice(&vendors),
            },
        };
        if tracing::enabled!(tracing::Level::INFO) {
            let shown = in_use.shown();
            let names: Vec<&str> = shown.iter().map(|at| vendors.info(*at).name.as_str()).collect();
            let is_chosen = in_use.chosen_vendors().is_some();
            let secret_files = secret_files.len();
            tracing::info!(vendors = names.join(","), is_chosen, secret_files, "settings read");
        }
        let plan = None;
        let vendor_files = files;
        Ok(Setup {
            source,
            settings,
            vendor_files,
            secret_files,
            vendors,
            plan,
            in_use,
            alert,
            redaction,
        })
    }

    /// Returns how requests are accepted according to the settings.
    pub fn ingest_options(&self) -> IngestOptions {
        IngestOptions {
            webhook_secret: self.settings.text("webhook_secret").map(str::to_owned),
            requires_signature: self.settings.is_on("require_signature"),
            takes_copies: self.settings.is_on("copies"),
            faults: self.settings.list("fault").map_or(0, |faults| faults.len()),
            forwards_to: self.upstream_url("forward"),
            mirrors_to: self.upstream_url("mirror"),
            is_strict: self.settings.is_on("strict"),
            redaction: self.redaction.clone(),
        }
    }

    /// Returns the URL of the upstream that a setting names, if it does.
    fn upstream_url(&self, key: &str) -> Option<String> {
        let url = self.settings.text(key).filter(|url| !url.is_empty())?;
        // a wrong URL is reported when the listener starts
        let upstream = Upstream::parse(url).map(|upstream| upstream.url());
        Some(upstream.unwrap_or_else(|_| without_credentials(url).into_owned()))
    }

    /// Returns the settings files: the user's own, if there is a place for it, and the project's.
    pub fn settings_files(&self) -> (Option<&Path>, &Path) {
        let SettingsSource { config_flag, user_file, project_file, .. } = &self.source;
        (config_flag.as_deref().or(user_file.as_deref()), project_file)
    }

    /// Returns the vendors that were chosen on the screen, if no setting names others.
    pub fn chosen_on_screen(&self) -> Option<Vec<String>> {
        match self.settings.list("vendors.use") {
            Some(_) => None,
            None => self.source.chosen_vendors(),
        }
    }

    /// Reads the settings again from the current files. The plan stays as it was read first.
    ///
    /// # Errors
    /// Fails as [`Setup::load`] does.
    pub fn reload(&self) -> Result<Setup, SetupError> {
        let setup = Setup::load(self.source.clone())?;
        match &self.plan {
            Some(plan) => setup.with_plan(Arc::clone(plan)),
            None => Ok(setup),
        }
    }

    /// Returns this setup with vendors that also check calls against a plan.
    ///
    /// # Errors
    /// Fails as [`Vendors::new`] does.
    pub fn with_plan(self, plan: Arc<Plan>) -> Result<Setup, SetupError> {
        let vendors = Vendors::new(&self.settings.vendors(), &self.vendor_files)
            .map_err(|error| with_origin(&self.settings, &error))?;
        let vendors = Arc::new(vendors.with_plan(Some(Arc::clone(&plan))));
        Ok(Setup { vendors, plan: Some(plan), ..self })
    }

    /// Returns the files from which the settings were read, also those that do not exist yet.
    pub fn files(&self) -> Vec<PathBuf> {
        let source = &self.source;
        let own = source.config_flag.clone().or_else(|| source.user_file.clone());
        let mut files: Vec<PathBuf> =
            own.into_iter().chain([source.project_file.clone()]).collect();
        for folder in source.vendors_folder.iter().chain(&source.themes_folder) {
            let found = std::fs::read_dir(folder).into_iter().flatten().flatten();
            files.extend(found.map(|entry| entry.path()));
        }
        files.extend(source.vendor_files.iter().chain(&self.secret_files).cloned());
        files.sort();
        files
    }
}

/// Refuses a destination filter of a vendor that compares with a word that no call has as a field: it
/// would silently leave out every call.
fn check_destination_filters(settings: &Settings) -> Result<(), SetupError> {
    for (name, vendor) in settings.vendors() {
        let only = vendor.get("only").and_then(|only| only.as_str()).unwrap_or_default();
        // what does not parse was refused with the vendor's other settings
        let filter = fql::parse(only).unwrap_or_default();
        if let Some(hint) = filter.unquoted_word() {
            let origin = settings.origin_of(&format!("vendors.{name}.only"));
            return Err(SetupError::new(format!("{origin}: {hint}")));
        }
    }
    Ok(())
}

/// Returns the place of a vendor by its name. The error lists the names that exist.
pub fn find_vendor(vendors: &Vendors, name: &str, origin: &str) -> Result<usize, SetupError> {
    vendors.index_of(name).ok_or_else(|| {
        let names: Vec<&str> = vendors.names().collect();
        let near = nearest_name(name, names.iter().copied())
            .map(|near| format!("; did you mean `{near}`?"));
        SetupError::new(format!(
            "{origin}: `{name}` is not a vendor; there are {}{}",
            names.join(", "),
            near.unwrap_or_default()
        ))
    })
}

/// Reads a vendor file.
pub fn vendor_file(file: &Path) -> Result<VendorFile, SetupError> {
    let name = file.display().to_string();
    let text = config::read_text_file(file, MAX_TEXT_FILE_BYTES)
        .map_err(|error| SetupError::new(format!("{name}: the vendor file {error}")))?;
    Ok(VendorFile { name, text })
}

/// Adds to a vendor's error the place of the setting that it is about.
fn with_origin(settings: &Settings, error: &VendorError) -> SetupError {
    let key = match error {
        VendorError::Settings(error) => match &error.key {
            Some(key) => format!("vendors.{}.{key}", error.vendor),
            None => format!("vendors.{}", error.vendor),
        },
        VendorError::Unknown { name, .. } => format!("vendors.{name}"),
        VendorError::File { .. } => return SetupError::from_lines(error.to_string()),
    };
    SetupError::new(format!("{}: {error}", settings.origin_of(&key)))
}
