//! The construction of Custify's rules from settings, slots and codes.

use super::{Custify, CustifyCodes, Traits};
use crate::call::pointer;
use crate::vendors::engine::field_slots::{FieldSlot, SlotSet};
use crate::vendors::rules::{RuleParts, Rules};
use crate::vendors::settings::SettingsError;

const FIRST_NAMES: [&str; 3] = ["firstName", "firstname", "first_name"];
const LAST_NAMES: [&str; 3] = ["lastName", "lastname", "last_name"];
/// The fields, besides names of people, that an identify call takes from `context.traits` if
/// `traits` lacks them.
const READ_BEHIND: [&str; 9] = [
    "email",
    "phone",
    "name",
    "sessionCount",
    "unsubscribedFromEmails",
    "unsubscribedFromCalls",
    "signedUpAt",
    "userId",
    "id",
];

pub(crate) fn build(parts: &mut RuleParts<'_>) -> Result<Box<dyn Rules>, SettingsError> {
    let ids = |key: &str| parts.settings.texts(key).unwrap_or_default().into_iter().collect();
    let (known_users, known_companies) = (ids("known_users"), ids("known_companies"));
    let field = parts.settings.text("deduplication_field").map(|path| {
        path.split('.').fold(String::new(), |pointer, name| pointer::push(&pointer, name))
    });
    let deduplicates = parts.settings.flag("enable_deduplication");
    let deduplication = deduplicates.then(|| field.map(|field| parts.slot(&field)));
    let mut read_behind = SlotSet::default();
    for name in FIRST_NAMES.iter().chain(&LAST_NAMES).chain(&READ_BEHIND) {
        read_behind.insert(parts.slot(&format!("/context/traits/{name}")));
    }
    let (traits, context) = (Traits::new(parts, "/traits"), Traits::new(parts, "/context/traits"));
    Ok(Box::new(Custify {
        send_anonymous: parts.settings.flag("send_anonymous_id"),
        deduplication,
        known_users,
        known_companies,
        traits,
        context,
        user_id: parts.slot("/userId"),
        group_id: parts.slot("/groupId"),
        company_id: parts.slot("/properties/companyId"),
        message_id: parts.slot("/messageId"),
        nested: parts.slot("/traits/traits"),
        emails: ["/traits/email", "/context/traits/email", "/properties/email"]
            .map(|path| parts.slot(path)),
        times: ["/timestamp", "/originalTimestamp"].map(|path| parts.slot(path)),
        first_names: in_both(parts, FIRST_NAMES),
        last_names: in_both(parts, LAST_NAMES),
        read_behind,
        falsy_user: parts.name("falsy_user"),
        falsy_company: parts.name("falsy_company"),
        deduplicated: parts.name("deduplication"),
        full_name: parts.name("full_name"),
        call_time: parts.name("call_time"),
        companies: parts.name("companies"),
        codes: CustifyCodes::new(parts),
    }))
}

impl Traits {
    fn new(parts: &mut RuleParts<'_>, place: &str) -> Traits {
        Traits {
            own: parts.listed(place),
            id: parts.slot(&format!("{place}/company/id")),
            remove: parts.slot(&format!("{place}/company/remove")),
            signed_up_at: parts.slot(&format!("{place}/signedUpAt")),
        }
    }
}

impl CustifyCodes {
    fn new(parts: &RuleParts<'_>) -> CustifyCodes {
        CustifyCodes {
            user_missing: parts.family("USER-MISSING"),
            user_type: parts.family("USER-TYPE"),
            fallback: parts.family("ANON-FALLBACK"),
            signup: parts.family("SIGNUP-FROM-TIMESTAMP"),
            value_type: parts.family("VALUE-TYPE"),
            removed: parts.family("COMPANY-REMOVED"),
            no_id: parts.family("REMOVE-NO-ID"),
            company_absent: parts.code("I-ACCOUNT-ABSENT"),
            shadowed: parts.code("I-CONTEXT-TRAITS-SHADOWED"),
            user_absent: parts.code("T-USER-ABSENT"),
            unknown_user: parts.code("T-UNKNOWN-USER"),
            company_missing: parts.code("G-ACCOUNT-MISSING"),
            company_type: parts.code("G-ACCOUNT-TYPE"),
            company_rounded: parts.family("COMPANY-ROUNDED"),
            no_association: parts.code("G-NO-ASSOCIATION"),
            company_override: parts.code("G-COMPANY-OVERRIDE"),
            nested: parts.code("G-NESTED-TRAITS"),
        }
    }
}

fn in_both(parts: &mut RuleParts<'_>, names: [&str; 3]) -> Vec<FieldSlot> {
    let places = ["/traits", "/context/traits"];
    let paths = places.iter().flat_map(|place| names.map(|name| format!("{place}/{name}")));
    paths.map(|path| parts.slot(&path)).collect()
}
