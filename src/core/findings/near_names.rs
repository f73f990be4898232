//! Names that are close to the name of an id: other words for the same thing, the same words in
//! another order, and misspellings (`docs/specs/vendors.md` A.5).

use super::Id;
use std::borrow::Cow;

/// The names of one kind of id.
pub(crate) struct IdNames {
    /// Normalized names of the id.
    pub forms: &'static [&'static str],
    /// Other normalized names that probably mean it.
    short: &'static [&'static str],
    /// Words that mean it together with `id`.
    nouns: &'static [&'static str],
    /// Words that mean it together with `id` only in a path: `team.id`.
    path_nouns: &'static [&'static str],
}

static ACCOUNT: IdNames = IdNames {
    forms: &[
        "accountid",
        "companyid",
        "customerid",
        "groupid",
        "orgid",
        "organizationid",
        "organisationid",
        "tenantid",
        "workspaceid",
        "companyexternalid",
    ],
    short: &[
        "accid",
        "acctid",
        "acctno",
        "account",
        "company",
        "org",
        "orguuid",
        "teamid",
        "clientid",
        "accountexternalid",
        "externalaccountid",
        "externalcompanyid",
    ],
    nouns: &[
        "account",
        "company",
        "customer",
        "group",
        "org",
        "organization",
        "organisation",
        "tenant",
        "workspace",
    ],
    path_nouns: &["acc", "acct", "team", "client"],
};

static USER: IdNames = IdNames {
    forms: &["userid", "uid", "distinctid", "externalid"],
    short: &["usr", "usrid", "memberid", "contactid", "contactexternalid", "externaluserid"],
    nouns: &["user"],
    path_nouns: &["usr", "member", "contact"],
};

/// Names that mean the id of the object that contains them.
const GENERIC: [&str; 2] = ["uid", "externalid"];
/// Words before the name of an id that do not change its meaning.
const QUALIFIERS: [&str; 13] = [
    "active", "actual", "app", "current", "custom", "internal", "main", "my", "our", "own",
    "primary", "real", "selected",
];
/// Objects that have no id of their own.
const NEUTRAL: [&str; 15] = [
    "attributes",
    "custom",
    "customfields",
    "customproperties",
    "data",
    "details",
    "extra",
    "identifiers",
    "identity",
    "ids",
    "meta",
    "metadata",
    "profile",
    "properties",
    "traits",
];
/// Words that are close to the names of ids but mean something else.
const WORDS: [&str; 31] = [
    "accent",
    "amount",
    "compact",
    "compare",
    "compass",
    "contract",
    "content",
    "count",
    "custom",
    "customs",
    "discount",
    "district",
    "eternal",
    "grip",
    "groom",
    "grope",
    "gross",
    "ground",
    "grouped",
    "groups",
    "grout",
    "internal",
    "mount",
    "tenet",
    "tent",
    "uber",
    "use",
    "used",
    "uses",
    "usher",
    "workplace",
];
/// The results of a typing error in `id`, or of shortening it.
const ID_SLIPS: [&str; 16] = [
    "idd", "iid", "ids", "di", "is", "if", "ie", "od", "ud", "jd", "kd", "ld", "1d", "no", "d", "i",
];

impl IdNames {
    /// Returns the names of the account id or the user id.
    pub fn for_id(id: Id) -> &'static IdNames {
        match id {
            Id::Account => &ACCOUNT,
            Id::User => &USER,
        }
    }

    /// Returns true if a name, together with the name of the object that contains it, means the id.
    pub fn are_made_by(&self, parent: &str, key: &str) -> bool {
        let parent_norm = norm(cut(parent));
        let is_group = matches!(&*parent_norm, "group" | "groups");
        if !is_group && !holds_id(key) {
            return false;
        }
        let own = words(key);
        if let ([noun], true) = (&own[..], is_group) {
            return noun != "group"
                && self.nouns.contains(&"group")
                && self.nouns.contains(&noun.as_str())
                || noun == "id" && self.nouns.contains(&"group");
        }
        let joined = own.concat();
        if self.forms.contains(&joined.as_str()) {
            return !GENERIC.contains(&joined.as_str())
                || NEUTRAL.contains(&&*parent_norm)
                || self.nouns.contains(&singular(&parent_norm).as_str());
        }
        if is_noun_and_id(&own, self.nouns) {
            return true;
        }
        let mut both = words(parent);
        if let Some(last) = both.last_mut() {
            *last = singular(last);
        }
        both.extend(own);
        is_noun_and_id(&both, self.nouns) || is_noun_and_id(&both, self.path_nouns)
    }

    /// Returns true for a short form or a misspelling of the wanted name or of one of `forms`.
    pub fn are_nearly(&self, key: &str, wanted: &str) -> bool {
        let bare = cut(key);
        let name = &*norm(bare);
        let is_cut = bare.len() < key.len() && (name == wanted || self.forms.contains(&name));
        let near = |form: &str| {
            name.len().abs_diff(form.len()) <= 2 && is_misspelt(name, form, form == wanted)
        };
        is_cut
            || self.short.contains(&name)
            || near(wanted)
            || self.forms.iter().any(|form| near(form))
            || self.are_qualified(key)
    }

    /// Returns true for a name of the id after a word that does not change its meaning, such as
    /// `current_account_id`.
    fn are_qualified(&self, key: &str) -> bool {
        if !holds_id(key) {
            return false;
        }
        let words = words(key);
        let Some((first, rest)) = words.split_first() else { return false };
        QUALIFIERS.contains(&first.as_str())
            && (self.forms.contains(&rest.concat().as_str()) || is_noun_and_id(rest, self.nouns))
    }
}

/// Returns true for a misspelling or an abbreviation of the wanted name itself.
pub(crate) fn is_misspelling(key: &str, wanted: &str) -> bool {
    let key = cut(key);
    let name = &*norm(key);
    let stem = wanted.strip_suffix("id");
    let abbreviated = match wanted {
        "accountid" => matches!(name, "accid" | "acctid" | "acctno"),
        "userid" => matches!(name, "usrid"),
        _ => false,
    };
    let reordered = || is_noun_and_id(&words(key), stem.as_slice()) && !name.contains("external");
    name == wanted
        || abbreviated
        || Some(name) != stem && (is_misspelt(name, wanted, true) || reordered())
}

/// Returns true for a noun and `id` in any order, with or without `external`.
fn is_noun_and_id(words: &[String], nouns: &[&str]) -> bool {
    let is = |word: &str, one: &String| one == word;
    let noun = |word: &&String| !is("id", word) && !is("external", word);
    let mut rest = words.iter().filter(noun);
    let (Some(only), None) = (rest.next(), rest.next()) else { return false };
    let ids = words.iter().filter(|word| is("id", word)).count();
    ids == 1 && words.len() <= 3 && nouns.contains(&only.as_str())
}

fn holds_id(key: &str) -> bool {
    key.as_bytes().windows(2).any(|two| two.eq_ignore_ascii_case(b"id"))
}

/// Returns true if the edit distance is 1 or 2, unless the name is another word.
fn is_misspelt(key: &str, name: &str, is_wanted: bool) -> bool {
    if key == name || WORDS.contains(&key) {
        return false;
    }
    let Some(stem) = name.strip_suffix("id").filter(|stem| stem.len() >= 4) else {
        let max_distance = match name.len() {
            0..=3 => 0,
            4..=6 => 1,
            _ => 2,
        };
        return distance(key, name) <= max_distance;
    };
    if key == stem {
        return is_wanted;
    }
    if let Some(written) = key.strip_suffix("id") {
        return slips(written, stem, is_wanted) > 0;
    }
    if let Some(end) = key.strip_prefix(stem) {
        return ID_SLIPS.contains(&end);
    }
    // `grouped` does not mean `group_id`
    let written = |end: &&str| key.strip_suffix(end).filter(|written| !written.ends_with('e'));
    ID_SLIPS.iter().filter_map(written).any(|written| slips(written, stem, is_wanted) == 1)
}

/// Returns the number of typing errors between a text and a stem, or 0 if the text is another word.
fn slips(written: &str, stem: &str, is_wanted: bool) -> usize {
    if WORDS.contains(&written) {
        return 0;
    }
    let max_slips = match stem.len() {
        0..=4 => 1,
        5..=6 if !is_wanted => 1,
        _ => 2,
    };
    let slips = distance(written, stem);
    // a word with a wrong first letter rarely has a second error, except for a letter of another
    // alphabet that looks alike
    let begins = written.as_bytes().first() == stem.as_bytes().first()
        || written.starts_with(|letter: char| !letter.is_ascii());
    if slips <= max_slips && (slips == 1 || begins) { slips } else { 0 }
}

/// Returns the edit distance of two names, or some number above 2 if it is larger than 2.
fn distance(a: &str, b: &str) -> usize {
    // two edits change at most four members of the set of letters of a name
    let far = a.len().abs_diff(b.len()) > 2
        || a.is_ascii() && b.is_ascii() && (letters(a) ^ letters(b)).count_ones() > 4;
    if far { 3 } else { strsim::damerau_levenshtein(a, b) }
}

/// Returns the set of letters of an ASCII name, one bit each; other characters share bits.
fn letters(name: &str) -> u32 {
    name.bytes().fold(0, |letters, byte| letters | 1 << (byte & 31))
}

/// Removes the sign that services put before their own names.
fn cut(key: &str) -> &str {
    key.strip_prefix(['$', '@']).unwrap_or(key)
}

/// Returns the words of a name in lower case: `accountExternalId` has three. `_id`, `uuid` and
/// `guid` become `id`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_alphanumeric() {
            let next_is_small = letters.peek().is_some_and(|next| next.is_lowercase());
            let begins = !before.is_alphanumeric()
                || letter.is_uppercase() && (!before.is_uppercase() || next_is_small);
            match words.last_mut().filter(|_| !begins) {
                Some(word) => word.extend(letter.to_lowercase()),
                None => words.push(letter.to_lowercase().collect()),
            }
        }
        before = letter;
    }
    for word in &mut words {
        if matches!(word.as_str(), "uuid" | "guid") {
            "id".clone_into(word);
        }
    }
    words
}

/// Returns the singular of a word: `companies` becomes `company`.
pub(super) fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').filter(|one| one.len() > 2).unwrap_or(word).to_owned(),
    }
}

#[cfg(test)]
mod tests;

/// Returns true for the name of an id of a person, an account, or a session, and for `email`, by
/// which some vendors find a person.
pub fn names_an_id(key: &str) -> bool {
    let key = norm(key);
    let is_named = |names: &IdNames| names.forms.contains(&&*key) || names.short.contains(&&*key);
    is_named(&ACCOUNT)
        || is_named(&USER)
        || matches!(&*key, "anonymousid" | "previousid" | "email" | "id")
}

/// Returns true for the name of an id of anything, such as `companyId` or `plan_uuid`.
pub(crate) fn ends_as_id(key: &str) -> bool {
    words(key).last().is_some_and(|word| word == "id") || names_an_id(key) && key.ends_with("id")
}

/// Normalizes a key to lower case without `_`, `-` and spaces, so that spellings of the same name
/// become equal.
pub fn norm(key: &str) -> Cow<'_, str> {
    let changes = |b: u8| b.is_ascii_uppercase() || matches!(b, b'_' | b'-' | b' ') || b >= 0x80;
    if !key.bytes().any(changes) {
        return Cow::Borrowed(key);
    }
    if key.is_ascii() {
        let mut norm = String::with_capacity(key.len());
        let letters = key.bytes().filter(|b| !matches!(b, b'_' | b'-' | b' '));
        letters.for_each(|b| norm.push(char::from(b.to_ascii_lowercase())));
        return Cow::Owned(norm);
    }
    key.to_lowercase().chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect()
}
