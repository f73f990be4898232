//! Reading plans of every format from a file or a folder.

use super::Plan;
use super::rudder_yaml::RudderProject;
use super::segment::{JsonFile, holds_rules};
use crate::config::{MAX_TEXT_FILE_BYTES, read_text_file};
use std::path::{Path, PathBuf};

/// The maximum number of files in a folder.
const MAX_FILES: usize = 5_000;
/// The maximum size of a tracking plan in one file.
pub const MAX_PLAN_BYTES: u64 = 64 << 20;
/// The maximum depth of nested folders.
const MAX_FOLDER_DEPTH: usize = 16;

/// A description of each format of a plan, for the error of a file in none of them.
const FORMATS: &str = "expected a plan: a TOML file with `[[event]]` tables, Segment's rules (`{\"data\": {\"rules\": [{\"key\", \"type\", \"jsonSchema\"}]}}`), a folder of YAML of RudderStack's CLI (`version: rudder/v1`), a folder of JSON Schemas (`Order Received.json`), or a good recording";

impl Plan {
    /// Reads the text of a JSON file as a tracking plan. Returns `None` if it is something else.
    pub fn from_json(text: &str, name: &str) -> Result<Option<Plan>, String> {
        // a file that is not one JSON document may be a recording
        let Ok(file) = JsonFile::read(text, name) else { return Ok(None) };
        match holds_rules(file.root()) {
            true => Plan::from_rules(&[file]).map(Some).map_err(|error| error.to_string()),
            false => Ok(None),
        }
    }

    /// Reads the files of a folder as one plan.
    pub fn from_folder(folder: &Path) -> Result<Plan, String> {
        let mut files = Vec::new();
        list(folder, 0, &mut files)?;
        files.sort();
        let with_extension = |endings: &[&str]| -> Vec<&PathBuf> {
            let is = |file: &&PathBuf| {
                file.extension().is_some_and(|own| endings.iter().any(|ending| own == *ending))
            };
            files.iter().filter(is).collect()
        };
        let mut project = RudderProject::default();
        let mut is_project = false;
        for file in with_extension(&["yaml", "yml"]) {
            let text = read_text_file(file, MAX_TEXT_FILE_BYTES)
                .map_err(|error| format!("{}: the plan {error}", file.display()))?;
            let name = file.display().to_string();
            is_project |= project.read(&text, &name).map_err(|error| error.to_string())?;
        }
        if is_project {
            if project.rules.is_empty() {
                return Err(format!(
                    "{}: the folder has no tracking plan with rules (`kind: tracking-plan`)",
                    folder.display()
                ));
            }
            return Plan::from_rudder(&project).map_err(|error| error.to_string());
        }
        let json = with_extension(&["json"]);
        if json.is_empty() {
            return Err(format!(
                "{}: it is a folder without the files of a plan; {FORMATS}",
                folder.display()
            ));
        }
        let texts = json.into_iter().map(|file| {
            let text = read_text_file(file, MAX_PLAN_BYTES);
            let text = text.map_err(|error| format!("{}: the plan {error}", file.display()))?;
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            Ok((stem, file.display().to_string(), text))
        });
        let texts: Vec<(String, String, String)> = texts.collect::<Result<_, String>>()?;
        let read = texts.iter().map(|(stem, name, text)| {
            Ok((stem.clone(), JsonFile::read(text, name).map_err(|error| error.to_string())?))
        });
        let read: Vec<(String, JsonFile<'_>)> = read.collect::<Result<_, String>>()?;
        let pages = read.iter().filter(|(_, file)| holds_rules(file.root())).count();
        let plan = match pages {
            0 => Plan::from_schemas(&read),
            _ if pages == read.len() => {
                let files: Vec<JsonFile<'_>> = read.into_iter().map(|(_, file)| file).collect();
                Plan::from_rules(&files)
            }
            _ => {
                let other = read.iter().find(|(_, file)| !holds_rules(file.root()));
                let other = other.map(|(_, file)| file.place(file.root()).file);
                return Err(format!(
                    "{}: the file has no `rules`, but other files of the folder do",
                    other.unwrap_or_default()
                ));
            }
        };
        plan.map_err(|error| error.to_string())
    }

    /// Returns the description of the formats of a plan, for an error.
    pub fn formats() -> &'static str {
        FORMATS
    }
}

fn list(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("could not read {}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if is_hidden {
            continue;
        }
        if kind.is_dir() {
            if depth == MAX_FOLDER_DEPTH {
                return Err(format!(
                    "{}: folders nest more than {MAX_FOLDER_DEPTH} levels deep",
                    path.display()
                ));
            }
            list(&path, depth + 1, out)?;
        } else if kind.is_file() {
            out.push(path);
        }
        if out.len() > MAX_FILES {
            return Err(format!("{}: a plan has at most {MAX_FILES} files", folder.display()));
        }
    }
    Ok(())
}
