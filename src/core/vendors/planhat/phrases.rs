//! Phrases in the findings about endusers that Planhat may not have.

use crate::vendors::engine::sentences::Words;

/// The phrase for an enduser that no earlier call has created, and that Planhat may have anyway.
pub(crate) const NOT_CREATED: &str = " and no earlier call created this enduser \
    (vendors.planhat.known_endusers lists those of Planhat)";
pub(crate) const UNLESS_MATCHED: &str =
    ", unless Planhat already has this user, or knows the domain of the email";
pub(crate) const UNLESS_KNOWN: &str = ", unless Planhat already has this user";
const CREATION_OFF: &str = ", unless Planhat already has this user; with \
    vendors.planhat.create_endusers off, a company id does not change that";
const CREATION_OFF_FIX: &str = "if Planhat has the enduser, list it in \
    vendors.planhat.known_endusers. If Planhat has it under another user id or email, send that one. \
    Otherwise, turn on the creation of endusers in Planhat and vendors.planhat.create_endusers. Only \
    then does a company id help";

/// Says that a company id does not help, because Planhat creates no endusers.
pub(crate) fn explain_creation_off(words: &mut Words) {
    words.phrase("unless", CREATION_OFF);
    words.advice = Some(CREATION_OFF_FIX.to_owned());
    words.needs_setting = true;
}
