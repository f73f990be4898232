//! From a vendor's table and settings to a [`Vendor`], with errors that point at the line.

use super::codes::{CodeId, Codes};
use super::deliver::{self, Template};
use super::file::{CallDef, CarrierDef, File, FileError, IdDef, RequestDef, RestDef, Word};
use super::info::VendorInfo;
use super::keys::{Keys, Spot};
use super::rows::asks;
use super::rules::{Build, Parts};
use super::settings::{Settings, SettingsError, nearest};
use super::vendor::{Call, Carrier, Common, IdRule, Request, Rest, Source, SpotSet, Vendor, slot};
use crate::call::CallType;
use crate::findings::{Book, common, family};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A vendor that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VendorError {
    /// Its table is wrong.
    #[error("{}", lines(.name, .error, .more))]
    File {
        /// The file, or the vendor's name for a built-in one.
        name: String,
        /// What is wrong, and where.
        error: FileError,
        /// What else is wrong.
        more: Vec<FileError>,
    },
    /// Its settings are wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Settings for a vendor that is not there.
    #[error("no vendor is named `{name}`{near}")]
    Unknown {
        /// The name.
        name: String,
        /// A guess at what was meant, or empty.
        near: String,
    },
}

/// Each error on a line of its own that says where it is.
fn lines(name: &str, error: &FileError, more: &[FileError]) -> String {
    let errors = std::iter::once(error).chain(more);
    errors.map(|error| format!("{name}: {error}")).collect::<Vec<_>>().join("\n")
}

/// All codes of a vendor: its own, families spelled out, and those that every vendor has.
pub(super) fn book(file: &File, text: &str) -> Result<Book, FileError> {
    let mut book = Book::new();
    for (name, code) in &file.code {
        for each in family(name) {
            if !each.starts_with(&format!("{}-", file.prefix)) {
                let at = text.find(name.as_str()).unwrap_or(0);
                return Err(FileError::at(
                    text,
                    at,
                    format!("code `{each}` does not begin with `{}-`", file.prefix),
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
            let name = format!("{}-{}-UNSUPPORTED", file.prefix, call.letter());
            book.entry(name).or_insert_with(|| code.clone());
        }
    }
    Ok(book)
}

/// What a table is made ready with.
pub(super) struct Maker<'m> {
    pub text: &'m str,
    pub file: &'m File,
    pub index: usize,
    pub keys: &'m mut Keys,
    pub codes: &'m Codes,
    /// What is wrong so far: as much as possible is said at once.
    pub errors: Vec<FileError>,
}

impl Maker<'_> {
    /// Makes the vendor.
    pub fn make(
        &mut self,
        given: Option<&Value>,
        build: Option<Build>,
    ) -> Result<Vendor, VendorError> {
        let name = self.file.name.get_ref().clone();
        let settings = Settings::new(&name, &self.file.setting, given)?;
        let (mut names, mut reads) = (Vec::new(), Vec::new());
        let mut parts = Parts {
            settings: &settings,
            keys: self.keys,
            codes: self.codes,
            vendor: self.index,
            file: self.file,
            names: &mut names,
            reads: &mut reads,
        };
        let rules = build.map(|build| build(&mut parts)).transpose()?;
        if let Some(data) = self.file.data.as_ref().filter(|_| rules.is_none()) {
            let message = "`data` is for vendors with code of their own; nothing reads it here";
            self.errors.push(FileError::at(self.text, data.span().start, message));
        }
        let mut calls = [const { None }; 6];
        for call in CallType::ALL {
            if let Some(def) = self.file.call.get(call) {
                let made = self.call(call, def, &settings, (&names, &reads));
                calls[slot(call)] = self.keep(made);
            }
        }
        let transport = self.file.transport.as_ref();
        let transport = transport.map(|def| self.transport(def, &settings));
        let transport = transport.and_then(|made| self.keep(made));
        if let Some(word) = self.file.pushes.as_ref().and_then(|def| def.fills.as_ref()) {
            let known = self.setting(word).map(drop);
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
            common: self.common(),
            calls,
            transport,
            rules,
        })
    }

    /// What was made, or none with the error kept.
    fn keep<T>(&mut self, made: Result<T, FileError>) -> Option<T> {
        made.map_err(|error| self.errors.push(error)).ok()
    }

    fn common(&mut self) -> Common {
        let code = |code: &str| {
            self.codes.find(Some(self.index), code).expect("every vendor has the common codes")
        };
        let unsupported = CallType::ALL.map(|call| {
            let code = format!("{}-{}-UNSUPPORTED", self.file.prefix, call.letter());
            self.codes.find(Some(self.index), &code)
        });
        let (type_missing, off) = (code("EVT-TYPE-MISSING"), code("EVT-INTEGRATION-OFF"));
        let (type_unknown, placeholder) = (code("EVT-TYPE-UNKNOWN"), code("ID-PLACEHOLDER"));
        let switches = self.keys.spot("/integrations");
        Common {
            kind: self.keys.spot("/type"),
            integrations: self
                .file
                .integrations
                .iter()
                .map(|name| self.keys.child(switches, name))
                .collect(),
            all: [self.keys.child(switches, "All"), self.keys.child(switches, "all")],
            type_missing,
            off,
            type_unknown,
            placeholder,
            stand_in: code("ID-STAND-IN"),
            unsupported,
        }
    }

    fn call(
        &mut self,
        call: CallType,
        def: &CallDef,
        settings: &Settings,
        (names, reads): (&[&str], &[Spot]),
    ) -> Result<Call, FileError> {
        let [account, user, session] = [&def.account, &def.user, &def.session].map(|id| {
            let made = id.as_ref().map(|id| self.id(call, id))?;
            self.keep(made)
        });
        let mut requests = Vec::new();
        for request in &def.request {
            let made = self.request(call, request, settings, names);
            requests.extend(self.keep(made));
        }
        let mut claimed = SpotSet::default();
        for id in [&account, &user, &session].into_iter().flatten() {
            id.from.iter().for_each(|spot| claimed.insert(*spot));
        }
        for source in requests.iter().flat_map(|request| &request.rows).flat_map(|row| &row.from) {
            if let Source::Spot(spot) = source {
                self.claim(&mut claimed, *spot);
            }
        }
        for word in &def.reads {
            let made = self.pointer(word);
            if let Some(spot) = self.keep(made) {
                self.claim(&mut claimed, spot);
            }
        }
        reads.iter().for_each(|spot| self.claim(&mut claimed, *spot));
        for other in &def.rest {
            let spot = self.pointer(&other.of)?;
            claimed.insert(spot);
        }
        let mut rests = Vec::new();
        for rest in &def.rest {
            let made = self.rest(call, rest, settings, &claimed, requests.first());
            rests.extend(self.keep(made));
        }
        let rivals = rests.iter().flat_map(|rest| &rest.sent).map(|(_, rivals)| rivals);
        let watched = rivals.fold(0, |all, rivals| all | rivals);
        for (number, request) in requests.iter_mut().enumerate() {
            request.asks = asks(&request.rows, if number == 0 { watched } else { 0 });
        }
        Ok(Call { account, user, session, requests, rests })
    }

    /// Marks a spot, and the objects on the way to it, as read.
    fn claim(&mut self, claimed: &mut SpotSet, spot: Spot) {
        let mut path = self.keys.pointer(spot).to_owned();
        while !path.is_empty() {
            claimed.insert(self.keys.spot(&path));
            path.truncate(path.rfind('/').unwrap_or(0));
        }
    }

    fn id(&mut self, call: CallType, def: &IdDef) -> Result<IdRule, FileError> {
        Ok(IdRule {
            from: def.from.iter().map(|word| self.pointer(word)).collect::<Result<_, _>>()?,
            missing: self.code(call, def.missing.as_ref())?,
            kind: self.code(call, def.kind.as_ref())?,
            used: def.used,
            by_code: def.decided_by_code,
        })
    }

    fn request(
        &mut self,
        call: CallType,
        def: &RequestDef,
        settings: &Settings,
        names: &[&str],
    ) -> Result<Request, FileError> {
        let headers = def.headers.as_ref().unwrap_or(&self.file.headers);
        let carrier = self.carrier(&def.method, &def.url, headers, settings);
        let mut rows = Vec::new();
        for field in &def.fields {
            let made = self.row(call, field, settings, names);
            rows.extend(self.keep(made));
        }
        if rows.len() > 128 {
            return Err(FileError::word(self.text, &def.url, "a request has at most 128 fields"));
        }
        let spreads = def.spread.iter().map(|def| self.spread(call, def));
        let spreads = spreads.collect::<Result<Vec<_>, _>>()?;
        Ok(Request { carrier: carrier?, body: def.body, rows, spreads, asks: Vec::new() })
    }

    fn transport(&self, def: &CarrierDef, settings: &Settings) -> Result<Carrier, FileError> {
        self.carrier(&def.method, &def.url, &def.headers, settings)
    }

    fn carrier(
        &self,
        method: &str,
        url: &Word,
        headers: &BTreeMap<String, String>,
        settings: &Settings,
    ) -> Result<Carrier, FileError> {
        let fill = |template: &str| {
            let mut unknown = None;
            let filled = crate::findings::fill(template, |name| {
                if !self.file.setting.iter().any(|def| def.key == deliver::setting_of(name)) {
                    unknown = Some(name.to_owned());
                }
                Some(deliver::shown(name, settings))
            });
            match unknown {
                Some(name) => Err(FileError::word(
                    self.text,
                    url,
                    format!("`{{{name}}}` in an address or header is no setting of this vendor"),
                )),
                None => Ok(filled),
            }
        };
        let template = Template {
            url: url.get_ref().clone(),
            headers: headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        };
        Ok(Carrier {
            template: Arc::new(template),
            method: method.to_owned(),
            url: fill(url.get_ref())?,
            headers: headers
                .iter()
                .map(|(name, value)| Ok((name.clone(), fill(value)?)))
                .collect::<Result<_, FileError>>()?,
        })
    }

    fn rest(
        &mut self,
        call: CallType,
        def: &RestDef,
        settings: &Settings,
        claimed: &SpotSet,
        first: Option<&Request>,
    ) -> Result<Rest, FileError> {
        self.pointer(&def.of)?;
        let of = self.keys.listed(def.of.get_ref());
        let mut claimed = claimed.clone();
        for word in &def.silent {
            claimed.insert(self.pointer(word)?);
        }
        let names = match &def.send {
            Some(word) => settings.texts(self.setting(word)?).unwrap_or_default(),
            None => Vec::new(),
        };
        let (mut sent, mut sent_set) = (Vec::new(), SpotSet::default());
        for name in names {
            let spot = self.keys.child(of, &name);
            let rows = first.map_or(&[][..], |request| &request.rows);
            let rivals = rows.iter().enumerate().filter(|(_, row)| row.to == [name.as_str()]);
            sent.push((spot, rivals.fold(0, |bits, (at, _)| bits | 1u128 << at)));
            sent_set.insert(spot);
        }
        Ok(Rest {
            of,
            code: self.code(call, def.code.as_ref())?,
            each: def.each,
            nulls: def.nulls,
            kind: self.code(call, def.kind.as_ref())?,
            send_type: self.code(call, def.send_type.as_ref())?,
            claimed,
            sent,
            sent_set,
        })
    }

    pub(super) fn pointer(&mut self, word: &Word) -> Result<Spot, FileError> {
        self.check_pointer(word)?;
        Ok(self.keys.spot(word.get_ref()))
    }

    pub(super) fn check_pointer(&self, word: &Word) -> Result<(), FileError> {
        let pointer = word.get_ref();
        if pointer.starts_with('/') && pointer.len() > 1 {
            return Ok(());
        }
        let message = format!("`{pointer}` is no JSON pointer: it begins with `/`");
        Err(FileError::word(self.text, word, message))
    }

    pub(super) fn setting<'w>(&self, word: &'w Word) -> Result<&'w str, FileError> {
        let key = word.get_ref();
        if self.file.setting.iter().any(|def| def.key == *key) {
            return Ok(key);
        }
        Err(FileError::word(self.text, word, format!("`{key}` is no setting of this vendor")))
    }

    /// A code by the end of its name: `X` is `PREFIX-T-X` in a track call's table.
    pub(super) fn code(
        &self,
        call: CallType,
        word: Option<&Word>,
    ) -> Result<Option<CodeId>, FileError> {
        let Some(word) = word else { return Ok(None) };
        let code = format!("{}-{}-{}", self.file.prefix, call.letter(), word.get_ref());
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
        Err(FileError::word(self.text, word, message))
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
