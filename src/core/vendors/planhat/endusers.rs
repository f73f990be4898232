//! The endusers that Planhat has: those of the settings, and those that captured calls created. An
//! existing enduser is never merged with another one and never updated.

use super::super::rules::{CallId, LearnedFacts};
use super::super::settings::VendorSettings;
use crate::call::Seq;
use crate::vendors::engine::evaluation::Evaluation;
use crate::vendors::memory::facts::Topic;
use std::collections::HashMap;

/// The topic of created endusers by their user id; the value is their company.
const BY_ID: Topic = 0;
/// The topic of created endusers by their email in lower case; the value is their company.
const BY_EMAIL: Topic = 1;

/// The facts that nearly every call looks up; an email is the key only without a known user id.
pub(crate) const USUAL_FACTS: &[(Topic, CallId)] = &[(BY_ID, CallId::User)];

/// The endusers of the settings; each may lack any field.
pub(crate) struct Endusers {
    by_id: HashMap<String, Option<String>>,
    by_email: HashMap<String, Option<String>>,
}

/// A known enduser.
pub(crate) struct Enduser<'a> {
    pub company: Option<&'a str>,
    by: &'static str,
    /// The call that created it; `None` for an enduser of the settings.
    created: Option<Seq>,
}

impl Endusers {
    pub fn new(settings: &VendorSettings) -> Endusers {
        let (mut by_id, mut by_email) = (HashMap::new(), HashMap::new());
        for mut enduser in settings.tables("known_endusers") {
            let mut field = |key| enduser.remove(key).filter(|text| !text.trim().is_empty());
            let company = field("companyExternalId");
            if let Some(id) = field("externalId") {
                by_id.entry(id).or_insert_with(|| company.clone());
            }
            if let Some(email) = field("email") {
                by_email.entry(email.to_lowercase()).or_insert(company);
            }
        }
        Endusers { by_id, by_email }
    }

    /// Returns the enduser with a user id, or else with an email.
    pub fn find<'a>(
        &'a self,
        evaluation: &Evaluation<'a>,
        user: Option<&str>,
        email: Option<&str>,
    ) -> Option<Enduser<'a>> {
        let known = |by, listed: &'a HashMap<String, Option<String>>, topic, key: &str| {
            if let Some(company) = listed.get(key) {
                return Some(Enduser { company: company.as_deref(), by, created: None });
            }
            let fact = evaluation.facts.first(topic, key, evaluation.seq)?;
            Some(Enduser { company: Some(fact.value), by, created: Some(fact.seq) })
        };
        let by_id = user.and_then(|id| known("user id", &self.by_id, BY_ID, id));
        by_id.or_else(|| known("email", &self.by_email, BY_EMAIL, &email?.to_lowercase()))
    }
}

impl Enduser<'_> {
    /// Describes how the enduser is known, in a few words.
    pub fn known(&self) -> String {
        match self.created {
            Some(seq) => format!("by its {}, created by call {seq}", self.by),
            None => format!("by its {}, from the settings", self.by),
        }
    }
}

/// Remembers an enduser that a call created.
pub(crate) fn learn(
    lessons: &mut LearnedFacts,
    user: Option<&str>,
    email: Option<&str>,
    company: &str,
) {
    if let Some(id) = user {
        lessons.add(BY_ID, id, company);
    }
    if let Some(email) = email {
        lessons.add(BY_EMAIL, &email.to_lowercase(), company);
    }
}
