//! The ids that a vendor's finding codes are about. In the vendor's table, the rule of an id names
//! its codes, and a code that no rule names has the key `about`.

use crate::call::CallType;
use crate::findings::{CodeText, FindingTexts, Headline, Id, Loudness, Severity, family};
use crate::vendors::table::{IdDef, TableError, TableText, VendorTable, Word};
use std::collections::HashMap;

/// The relation of a code to an id.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct IdCode {
    /// The missing id, and whether it counts as missing or only as a warning.
    pub headline: Option<Headline>,
    /// The id that the code reports as not being a string.
    pub mistyped: Option<Id>,
    /// True if the findings have a reason: what the call has at the place of the id.
    pub reason: bool,
    /// The id whose near misses the findings list.
    pub near_misses: Option<Id>,
}

/// The codes that are about an id, by name.
pub(crate) type IdCodes = HashMap<String, IdCode>;

/// Returns the codes of a table that are about an id.
pub(crate) fn id_codes(
    file: &VendorTable,
    text: &TableText<'_>,
    book: &FindingTexts,
) -> Result<IdCodes, TableError> {
    let mut reader = IdCodeReader { file, text, book, codes: IdCodes::new() };
    for call in CallType::ALL {
        let Some(def) = file.call.get(call) else { continue };
        for (rule, id) in [(&def.account, Id::Account), (&def.user, Id::User)] {
            if let Some(rule) = rule {
                reader.add_rule(call, rule, id)?;
            }
        }
        if let Some(word) = def.session.as_ref().and_then(|rule| rule.missing.as_ref()) {
            let code = reader.full_name(call, word);
            // without a session id, a call cannot be assigned to one of its user's sessions
            let headline = Some(Headline::Weak(Id::User));
            reader.codes.entry(code).or_insert(IdCode {
                headline,
                reason: true,
                ..IdCode::default()
            });
        }
    }
    for (name, code) in &file.code {
        family(name).into_iter().try_for_each(|each| reader.add_stated(name, each, code))?;
    }
    Ok(reader.codes)
}

struct IdCodeReader<'r> {
    file: &'r VendorTable,
    text: &'r TableText<'r>,
    book: &'r FindingTexts,
    codes: IdCodes,
}

impl IdCodeReader<'_> {
    /// Returns the full name of a code from the end of its name in a call's table.
    fn full_name(&self, call: CallType, word: &Word) -> String {
        format!("{}-{}-{}", self.file.prefix.get_ref(), call.letter(), word.get_ref())
    }

    fn add_rule(&mut self, call: CallType, rule: &IdDef, id: Id) -> Result<(), TableError> {
        if let Some(word) = &rule.missing {
            let code = self.full_name(call, word);
            // a code without an entry is reported when the rule is built
            let Some(text) = self.book.get(&code) else { return Ok(()) };
            let made = missing_id_code(id, text);
            let known = self.codes.entry(code.clone()).or_insert(made);
            if known.headline.is_none_or(|headline| headline.id() != id) {
                return Err(self.shared_code_error(word, &code));
            }
        }
        if let Some(word) = &rule.kind {
            let code = self.full_name(call, word);
            let made = IdCode { mistyped: Some(id), ..IdCode::default() };
            let known = self.codes.entry(code.clone()).or_insert(made);
            if known.mistyped != Some(id) {
                return Err(self.shared_code_error(word, &code));
            }
        }
        Ok(())
    }

    fn shared_code_error(&self, word: &Word, code: &str) -> TableError {
        let message = format!(
            "code `{code}` is named twice, so it is unclear which id it is about: give `missing` and `type` of each id a code of its own"
        );
        TableError::word(self.text, word, message)
    }

    /// Adds a code whose entry under `[code]` has the key `about`.
    fn add_stated(&mut self, name: &str, each: String, text: &CodeText) -> Result<(), TableError> {
        let by_rule = self.codes.get(&each).and_then(|code| code.headline);
        let wrong = |message: String| {
            TableError::at(self.text, self.text.find(name).unwrap_or_default(), message)
        };
        match (text.about, by_rule) {
            (Some(id), Some(headline)) if headline.id() != id => Err(wrong(format!(
                "code `{each}` says `about` one id, and the rule of the other id names it: leave `about` out"
            ))),
            (Some(id), None) => {
                self.codes.entry(each).or_insert_with(|| missing_id_code(id, text));
                Ok(())
            }
            (None, None) if text.headline.is_some() || text.near_misses.is_some() => {
                Err(wrong(format!(
                    "code `{each}` has `headline` or `near_misses`, and no id's rule names it as `missing`: add `about = \"account\"` or `about = \"user\"`"
                )))
            }
            _ => Ok(()),
        }
    }
}

/// Makes the relation of a code that reports an id as missing.
fn missing_id_code(id: Id, text: &CodeText) -> IdCode {
    let by_severity = match text.severity {
        Severity::Info => Loudness::Weak,
        Severity::Error | Severity::Warning => Loudness::Strong,
    };
    let headline = match text.headline.unwrap_or(by_severity) {
        Loudness::Strong => Headline::Strong(id),
        Loudness::Weak => Headline::Weak(id),
    };
    let tells = text.near_misses != Some(false);
    IdCode {
        headline: Some(headline),
        mistyped: None,
        reason: tells,
        near_misses: tells.then_some(id),
    }
}
