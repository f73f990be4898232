//! Which names are close to the name of an id: other words for the same thing, the same words in
//! another order, and misspellings (`docs/specs/vendors.md` A.5).

use super::{Id, norm};

/// The names of one kind of id.
pub(crate) struct IdNames {
    /// Norms that name the id.
    pub forms: &'static [&'static str],
    /// Short and long forms that probably name it.
    short: &'static [&'static str],
    /// Words that name it together with `id`.
    nouns: &'static [&'static str],
    /// Such words that only do so in a path: `team.id`.
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

/// Forms that name the id of whatever they stand in.
const GENERIC: [&str; 2] = ["uid", "externalid"];
/// Objects that are nothing by themselves.
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
/// Words near the names of ids that mean something else.
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
/// What `id` becomes by one slip of the hand, or is cut to.
const ID_SLIPS: [&str; 12] =
    ["idd", "iid", "ids", "di", "is", "if", "ie", "od", "ud", "no", "d", "i"];

impl IdNames {
    /// The names of an account or a user.
    pub fn for_id(id: Id) -> &'static IdNames {
        match id {
            Id::Account => &ACCOUNT,
            Id::User => &USER,
        }
    }

    /// Returns true if a name, with the name of the object that it stands in, makes the id.
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

    /// Returns true for a short form or a misspelling of the name that is wanted or of a form.
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
    }
}

/// Returns true for a misspelling of the very name that is wanted, or an abbreviation of it.
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

/// Returns true for a noun and `id` in any order, with `external` or without it.
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

/// Edit distance 1 or 2, unless the name is another word or means something else.
fn is_misspelt(key: &str, name: &str, is_wanted: bool) -> bool {
    if key == name || WORDS.contains(&key) {
        return false;
    }
    let Some(stem) = name.strip_suffix("id").filter(|stem| stem.len() >= 4) else {
        let most = match name.len() {
            0..=3 => 0,
            4..=6 => 1,
            _ => 2,
        };
        return distance(key, name) <= most;
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
    // `grouped` is no `group_id`
    let written = |end: &&str| key.strip_suffix(end).filter(|written| !written.ends_with('e'));
    ID_SLIPS.iter().filter_map(written).any(|written| slips(written, stem, is_wanted) == 1)
}

/// How many slips of the hand make a stem of what was written; 0 if it is something else.
fn slips(written: &str, stem: &str, is_wanted: bool) -> usize {
    if WORDS.contains(&written) {
        return 0;
    }
    let most = match stem.len() {
        0..=4 => 1,
        5..=6 if !is_wanted => 1,
        _ => 2,
    };
    let slips = distance(written, stem);
    // who hits the first letter wrong rarely does so twice
    let begins = written.as_bytes().first() == stem.as_bytes().first();
    if slips <= most && (slips == 1 || begins) { slips } else { 0 }
}

/// The edit distance of two names; more than 2 where it is larger.
fn distance(a: &str, b: &str) -> usize {
    // two edits change at most four letters of the alphabet that a name has
    let far = a.len().abs_diff(b.len()) > 2
        || a.is_ascii() && b.is_ascii() && (letters(a) ^ letters(b)).count_ones() > 4;
    if far { 3 } else { strsim::damerau_levenshtein(a, b) }
}

/// A bit for each letter that an ASCII name has; other characters share bits.
fn letters(name: &str) -> u32 {
    name.bytes().fold(0, |letters, byte| letters | 1 << (byte & 31))
}

/// A name without the sign that services put before their own.
fn cut(key: &str) -> &str {
    key.strip_prefix(['$', '@']).unwrap_or(key)
}

/// The words of a name in lower case: `accountExternalId` has three. `_id` and `uuid` are `id`.
fn words(name: &str) -> Vec<String> {
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

/// One of many: `companies` is `company`.
fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').filter(|one| one.len() > 2).unwrap_or(word).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_name() {
        for (name, expected) in [
            ("accountExternalId", "account external id"),
            ("accountID", "account id"),
            ("IDAccount", "id account"),
            ("org_uuid", "org id"),
            ("$group-key", "group key"),
            ("_id", "id"),
            ("", ""),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn names_and_their_objects_make_ids() {
        for (parent, key) in [
            ("", "id_account"),
            ("", "account_uuid"),
            ("custom", "account_id"),
            ("account", "id"),
            ("account", "_id"),
            ("company", "uuid"),
            ("organization", "uuid"),
            ("companies", "id"),
            ("$groups", "company"),
            ("team", "id"),
            ("company", "external_id"),
            ("Account", "ID"),
        ] {
            assert!(IdNames::for_id(Id::Account).are_made_by(parent, key), "{parent}.{key}");
            assert!(!IdNames::for_id(Id::User).are_made_by(parent, key), "{parent}.{key}");
        }
        for (parent, key) in [
            ("user", "id"),
            ("users", "id"),
            ("custom", "user_id"),
            ("custom", "uid"),
            ("user", "external_id"),
            ("member", "id"),
            ("", "user_uuid"),
        ] {
            assert!(IdNames::for_id(Id::User).are_made_by(parent, key), "{parent}.{key}");
            assert!(!IdNames::for_id(Id::Account).are_made_by(parent, key), "{parent}.{key}");
        }
        for (parent, key) in [
            ("product", "id"),
            ("order", "uid"),
            ("product", "external_id"),
            ("device", "id"),
            ("user", "name"),
            ("account", "name"),
            ("account", "plan_id"),
            ("parent_account", "id"),
            ("", "id"),
            ("groups", "count"),
        ] {
            assert!(!IdNames::for_id(Id::Account).are_made_by(parent, key), "{parent}.{key}");
            assert!(!IdNames::for_id(Id::User).are_made_by(parent, key), "{parent}.{key}");
        }
    }

    #[test]
    fn misspellings_and_short_forms_are_near() {
        for key in [
            "acount_id",
            "accout_id",
            "accountt_id",
            "acconut_id",
            "compnay_id",
            "comapny_id",
            "acct_id",
            "acctId",
            "accId",
            "account",
            "company",
            "teamId",
            "client_id",
            "externalAccountId",
            "accountExternalId",
            "$group_id",
            "@accountId",
            "accountd",
            "account_di",
            "acountd",
            "ccount_id",
            "account_no",
            "organiztion_id",
            "org",
            "workspce_id",
            "costumer_id",
        ] {
            assert!(IdNames::for_id(Id::Account).are_nearly(key, "accountid"), "{key}");
        }
        for key in [
            "usr_id", "uesr_id", "useer_id", "user", "user_i", "usr", "memberId", "$user_id",
            "ser_id",
        ] {
            let wanted = if key == "$user_id" { "distinctid" } else { "userid" };
            assert!(IdNames::for_id(Id::User).are_nearly(key, wanted), "{key}");
        }
        assert!(IdNames::for_id(Id::Account).are_nearly("gruop_id", "groupid"));
        assert!(IdNames::for_id(Id::Account).are_nearly("grp_id", "groupid"));
    }

    #[test]
    fn other_words_are_not_near() {
        for key in [
            "discount",
            "amount",
            "count_id",
            "amount_id",
            "discount_id",
            "count",
            "user_agent",
            "user_ip",
            "userIp",
            "user_tz",
            "users",
            "used",
            "used_id",
            "campaign_id",
            "order_id",
            "product_id",
            "module_id",
            "mount_id",
            "accounts",
            "groups",
            "group_by",
            "content_id",
            "account_type",
            "account_ip",
            "company_size",
            "device_id",
            "custom_id",
            "ground_id",
            "contract_id",
            "id",
            "uuid",
            "guid",
            "plan_id",
            "session_id",
            "country",
            "city",
            "",
            "accent_id",
            "compass_id",
            "url_id",
            "utm_id",
            "tent_id",
            "internal_id",
        ] {
            for wanted in ["accountid", "companyid", "groupid"] {
                assert!(
                    !IdNames::for_id(Id::Account).are_nearly(key, wanted),
                    "{key} for {wanted}"
                );
            }
            assert!(!IdNames::for_id(Id::User).are_nearly(key, "userid"), "{key}");
        }
    }
}
