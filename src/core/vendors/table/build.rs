//! The conversion of a vendor's table and settings to a [`Vendor`], with errors that name the line.

use crate::call::CallType;
use crate::call::text::visible;
use crate::findings::{FindingTexts, common, family};
use crate::vendors::code_id::CodeId;
use crate::vendors::codes::Codes;
use crate::vendors::deliver::address;
use crate::vendors::deliver::request_template::{self, RequestTemplate};
use crate::vendors::engine::field_slots::{FieldSlot, SlotTable};
use crate::vendors::engine::integration_names::SwitchNames;
use crate::vendors::rules::{Build, RuleParts};
use crate::vendors::settings::{SettingsError, VendorSettings, nearest};
use crate::vendors::table::build_field_rules::id_source;
use crate::vendors::table::destination_filter::destination_filter;
use crate::vendors::table::{CarrierDef, SettingKind, TableError, TableText, VendorTable, Word};
use crate::vendors::vendor::{Carrier, CommonChecks, Vendor, slot};
use crate::vendors::vendor_info::VendorInfo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The maximum number of errors of one table that are reported at once.
pub(crate) const MAX_ERRORS: usize = 100;

/// The error that a vendor cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VendorError {
    /// Its table is wrong.
    #[error("{}", lines(.name, .error, .more))]
    File {
        /// The file, or the vendor's name for a built-in one.
        name: String,
        /// The first error.
        error: TableError,
        /// Further errors.
        more: Vec<TableError>,
    },
    /// Its settings are wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// There are settings for an unknown vendor.
    #[error("no vendor is named `{name}`{near}")]
    Unknown {
        /// The name.
        name: String,
        /// A suggestion of the name that was probably meant, or empty.
        near: String,
    },
}

/// Formats each error on a line of its own that names the place.
fn lines(name: &str, error: &TableError, more: &[TableError]) -> String {
    let errors = std::iter::once(error).chain(more);
    // a line break in a text from the file must not begin a line of the message
    let line = |error| visible(&format!("{name}: {error}")).into_owned();
    errors.map(line).collect::<Vec<_>>().join("\n")
}

/// Returns all codes of a vendor: its own, with families expanded, and those that every vendor has.
pub(crate) fn book(file: &VendorTable, text: &TableText<'_>) -> Result<FindingTexts, TableError> {
    let mut book = FindingTexts::new();
    for (name, code) in &file.code {
        for each in family(name) {
            if !each.starts_with(&format!("{}-", file.prefix.get_ref())) {
                let at = text.find(name.as_str()).unwrap_or(0);
                return Err(TableError::at(
                    text,
                    at,
                    format!("code `{each}` does not begin with `{}-`", file.prefix.get_ref()),
                ));
            }
            book.insert(each, code.clone());
        }
    }
    for (name, code) in common() {
        if name != "UNSUPPORTED" {
            book.insert(name, code);
            continue;
        }
        for call in CallType::ALL.into_iter().filter(|call| file.call.get(*call).is_none()) {
            let name = format!("{}-{}-UNSUPPORTED", file.prefix.get_ref(), call.letter());
            book.entry(name).or_insert_with(|| code.clone());
        }
    }
    Ok(book)
}

/// The state of building a vendor from its table.
pub(crate) struct TableBuilder<'m> {
    pub text: &'m TableText<'m>,
    pub file: &'m VendorTable,
    pub index: usize,
    pub keys: &'m mut SlotTable,
    pub codes: &'m Codes,
    pub switches: &'m Arc<SwitchNames>,
    /// True if the vendor has code besides its table.
    pub has_code: bool,
    /// The errors so far, collected so that as many as possible are reported at once.
    pub errors: Vec<TableError>,
}

impl TableBuilder<'_> {
    /// Builds the vendor.
    pub fn make(
        &mut self,
        given: Option<&Value>,
        build: Option<Build>,
    ) -> Result<Vendor, VendorError> {
        let name = self.file.name.get_ref().clone();
        self.check_defaults();
        self.check_listed();
        let settings = VendorSettings::new(&name, &self.file.setting, given)?;
        self.check_lengths(&settings)?;
        let only = destination_filter(&name, &settings)?;
        let (mut names, mut reads, mut looks) = (Vec::new(), Vec::new(), Vec::new());
        let mut parts = RuleParts {
            settings: &settings,
            keys: self.keys,
            codes: self.codes,
            vendor: self.index,
            file: self.file,
            names: &mut names,
            reads: &mut reads,
            looks: &mut looks,
        };
        let rules = build.map(|build| build(&mut parts)).transpose()?;
        if let Some(data) = self.file.data.as_ref().filter(|_| rules.is_none()) {
            let message = "`data` is for vendors with code of their own; nothing reads it here";
            self.errors.push(TableError::at(self.text, data.span().start, message));
        }
        let mut calls = [const { None }; 6];
        for call in CallType::ALL {
            if let Some(def) = self.file.call.get(call) {
                let made = self.call(call, def, &settings, (&names, &reads, &looks));
                calls[slot(call)] = self.keep(made);
            }
        }
        let transport = self.file.transport.as_ref();
        let transport = transport.map(|def| self.transport(def, &settings));
        let transport = transport.and_then(|made| self.keep(made));
        if let Some(word) = self.file.pushes.as_ref().and_then(|def| def.fills.as_ref()) {
            let known = self.list_setting(word).map(drop);
            self.keep(known);
        }
        let mut errors = std::mem::take(&mut self.errors);
        errors.sort_by_key(|error| error.line);
        errors.dedup();
        if !errors.is_empty() {
            let error = errors.remove(0);
            return Err(VendorError::File { name, error, more: errors });
        }
        let info = VendorInfo::new(self.file);
        Ok(Vendor {
            index: self.index,
            supported: supported(&info),
            info,
            settings,
            values: self.file.values,
            numbers: self.file.numbers,
            common: self.common(),
            calls,
            transport,
            only,
            rules,
        })
    }

    /// Returns the value of a result, or records the error and returns `None`.
    pub(crate) fn keep<T>(&mut self, made: Result<T, TableError>) -> Option<T> {
        made.map_err(|error| {
            if self.errors.len() < MAX_ERRORS {
                self.errors.push(error);
            }
        })
        .ok()
    }

    fn common(&mut self) -> CommonChecks {
        let code = |code: &str| {
            self.codes.find(Some(self.index), code).expect("every vendor has the common codes")
        };
        let unsupported = CallType::ALL.map(|call| {
            let code = format!("{}-{}-UNSUPPORTED", self.file.prefix.get_ref(), call.letter());
            self.codes.find(Some(self.index), &code)
        });
        let (type_missing, off) = (code("EVT-TYPE-MISSING"), code("EVT-INTEGRATION-OFF"));
        let filtered = code("EVT-FILTERED");
        let (type_unknown, placeholder) = (code("EVT-TYPE-UNKNOWN"), code("ID-PLACEHOLDER"));
        let switches = self.keys.slot("/integrations");
        CommonChecks {
            kind: self.keys.slot("/type"),
            switches: Arc::clone(self.switches),
            integrations: self
                .file
                .integrations
                .iter()
                .map(|name| self.keys.child(switches, name))
                .collect(),
            all: [self.keys.child(switches, "All"), self.keys.child(switches, "all")],
            type_missing,
            off,
            filtered,
            type_unknown,
            placeholder,
            stand_in: code("ID-STAND-IN"),
            blanks: code("ID-BLANKS"),
            unsupported,
        }
    }

    fn transport(
        &self,
        def: &CarrierDef,
        settings: &VendorSettings,
    ) -> Result<Carrier, TableError> {
        let carrier = self.carrier(&def.method, &def.url, &def.headers, settings)?;
        if carrier.ids.is_empty() {
            return Ok(carrier);
        }
        let message = "the address of `transport` is the same for every call: it holds no id";
        Err(TableError::word(self.text, &def.url, message))
    }

    pub(crate) fn carrier(
        &self,
        method: &str,
        url: &Word,
        headers: &BTreeMap<String, Word>,
        settings: &VendorSettings,
    ) -> Result<Carrier, TableError> {
        let wrong = |word: &Word, message: String| TableError::word(self.text, word, message);
        let fill = |word: &Word, in_url: bool| {
            let mut problem = None;
            let filled = crate::findings::fill(word.get_ref(), |name| {
                if name.starts_with('@') {
                    if !in_url || id_source(name).is_none() {
                        problem = Some(format!(
                            "`{{{name}}}`: an address may hold {{@account}}, {{@user}} and {{@session}}, a header none of them"
                        ));
                    }
                    return Some(format!("{{{name}}}"));
                }
                let def = |key: &str| self.file.setting.iter().find(|def| def.key == key);
                let is_list = |key: &&str| {
                    let kinds = [SettingKind::Text, SettingKind::Secret];
                    def(key).is_some_and(|def| !kinds.contains(&def.kind))
                };
                if let Some(key) = request_template::settings_of(name).find(is_list) {
                    problem = Some(format!(
                        "the setting `{key}` is not a string or a secret, so it fits into no address or header"
                    ));
                }
                if let Some(key) =
                    request_template::settings_of(name).find(|key| def(key).is_none())
                {
                    let key = if key == name { String::new() } else { format!(" (`{key}`)") };
                    let how = if name.contains(':') {
                        "; after `:`, expected lower, hmac-sha1 or base64"
                    } else {
                        ""
                    };
                    problem = Some(format!(
                        "`{{{name}}}` in an address or header is not a setting of this vendor{key}{how}"
                    ));
                }
                Some(request_template::shown(name, settings))
            });
            match problem {
                Some(problem) => Err(wrong(word, problem)),
                None => Ok(filled),
            }
        };
        if !address::ids_are_in_the_path(url.get_ref()) {
            let message = "an id may only be in the path or query of a URL, after the host and a `/`: it must not decide where the keys go";
            return Err(wrong(url, message.to_owned()));
        }
        let plain = |(name, value): (&String, &Word)| (name.clone(), value.get_ref().clone());
        let template = RequestTemplate {
            url: url.get_ref().clone(),
            headers: headers.iter().map(plain).collect(),
        };
        Ok(Carrier {
            template: Arc::new(template),
            method: method.to_owned(),
            url: fill(url, true)?,
            ids: address::ids(url.get_ref()).filter_map(id_source).collect(),
            headers: headers
                .iter()
                .map(|(name, value)| Ok((name.clone(), fill(value, false)?)))
                .collect::<Result<_, TableError>>()?,
        })
    }

    pub(crate) fn pointer(&mut self, word: &Word) -> Result<FieldSlot, TableError> {
        self.check_pointer(word)?;
        Ok(self.keys.slot(word.get_ref()))
    }

    pub(crate) fn check_pointer(&self, word: &Word) -> Result<(), TableError> {
        let pointer = word.get_ref();
        if pointer.starts_with('/') && pointer.len() > 1 {
            return Ok(());
        }
        let message = format!("`{pointer}` is not a JSON pointer: it begins with `/`");
        Err(TableError::word(self.text, word, message))
    }

    /// Returns the name of a setting, which must be a text.
    pub(crate) fn text_setting<'w>(&self, word: &'w Word) -> Result<&'w str, TableError> {
        self.setting(word, &[SettingKind::Text], "a string")
    }

    /// Returns the name of a setting, which must be a list.
    pub(crate) fn list_setting<'w>(&self, word: &'w Word) -> Result<&'w str, TableError> {
        self.setting(
            word,
            &[SettingKind::Texts, SettingKind::Ids],
            "a list of type `texts` or `ids`",
        )
    }

    fn setting<'w>(
        &self,
        word: &'w Word,
        kinds: &[SettingKind],
        wanted: &str,
    ) -> Result<&'w str, TableError> {
        let key = word.get_ref();
        let wrong = |message| Err(TableError::word(self.text, word, message));
        match self.file.setting.iter().find(|def| def.key == *key) {
            Some(def) if kinds.contains(&def.kind) => Ok(key),
            Some(_) => wrong(format!("the setting `{key}` is not {wanted}")),
            None => wrong(format!("`{key}` is not a setting of this vendor")),
        }
    }

    /// Finds a code by the end of its name: `X` is `PREFIX-T-X` in a track call's table.
    pub(crate) fn code(
        &self,
        call: CallType,
        word: Option<&Word>,
    ) -> Result<Option<CodeId>, TableError> {
        let Some(word) = word else { return Ok(None) };
        let code = format!("{}-{}-{}", self.file.prefix.get_ref(), call.letter(), word.get_ref());
        if let Some(id) = self.codes.find(Some(self.index), &code) {
            return Ok(Some(id));
        }
        let known: Vec<&str> = self
            .codes
            .iter()
            .filter(|(_, entry)| entry.vendor == Some(self.index))
            .map(|(_, entry)| &*entry.code)
            .collect();
        let near = nearest(&code, known.into_iter());
        let near = near.map_or(String::new(), |near| format!(", did you mean `{near}`?"));
        let message = format!("code `{code}` has no entry under [code]{near}");
        Err(TableError::word(self.text, word, message))
    }
}

fn supported(info: &VendorInfo) -> String {
    let names: Vec<&str> = info.calls.iter().map(|call| call.call.name()).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, names)) => format!("{} and {last}", names.join(", ")),
        None => "none".to_owned(),
    }
}
