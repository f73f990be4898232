//! Compares what `vendors show` prints with what the cases send: the page lists every field of every
//! request, and explains every name that it uses.

use super::{cases, vendors};
use segscope::report::vendor_tables;
use std::collections::BTreeSet;

/// A row of a request's table, as it is printed.
struct ShownField {
    from: String,
    to: String,
    otherwise: String,
}

/// A request as it is printed.
struct ShownRequest {
    call: String,
    fields: Vec<ShownField>,
}

/// Reads the requests from the text of `vendors show`.
fn shown_requests(text: &str) -> Vec<ShownRequest> {
    let mut requests = Vec::new();
    let mut call = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some((name, _)) = line.split_once(" → ").filter(|_| !line.starts_with(' ')) {
            call = name.to_owned();
        }
        if !line.starts_with("request") || !line.contains(": ") {
            continue;
        }
        let head: Vec<char> = lines.next().expect("the head of a table").chars().collect();
        let starts: Vec<usize> = ["from", "to", "takes", "else", "source"]
            .iter()
            .map(|name| {
                let name: Vec<char> = name.chars().collect();
                let at = |at: &usize| {
                    head[*at..].starts_with(&name) && (*at < 2 || head[at - 2..*at] == [' ', ' '])
                };
                (0..head.len()).find(at).expect("the heads of the columns")
            })
            .collect();
        let rows = lines.clone().take_while(|line| line.starts_with("  "));
        let fields = rows.map(|row| {
            let row: Vec<char> = row.chars().collect();
            let cell = |column: usize| -> String {
                let end = starts.get(column + 1).copied().unwrap_or(row.len()).min(row.len());
                let start = starts[column].min(end);
                row[start..end].iter().collect::<String>().trim().to_owned()
            };
            ShownField { from: cell(0), to: cell(1), otherwise: cell(3) }
        });
        requests.push(ShownRequest { call: call.clone(), fields: fields.collect() });
    }
    requests
}

impl ShownField {
    /// Returns true if the row describes the part of a body at a pointer.
    fn covers(&self, pointer: &str) -> bool {
        if self.to == "the body" {
            return true;
        }
        let (to, path): (Vec<&str>, Vec<&str>) =
            (self.to.split('/').collect(), pointer.split('/').collect());
        let same = |(to, part): (&&str, &&str)| to == part || to.starts_with('‹');
        let begins = to.iter().zip(&path).all(same);
        // an object of the call is copied with all that is in it; a fixed value or a value that the
        // vendor's code makes is not
        let is_copied = !self.from.starts_with('@') && self.from != "always";
        let is_empty_spread = self.otherwise == "{}" && to.len() == path.len() + 1;
        begins && (to.len() == path.len() || is_copied && to.len() < path.len() || is_empty_spread)
    }
}

#[test]
fn vendors_show_lists_every_field_that_a_case_sends() {
    let all = vendors();
    let mut missing = BTreeSet::new();
    for (at, vendor) in all.names().enumerate() {
        let shown = shown_requests(&vendor_tables(&all, at));
        for case in cases(vendor) {
            let played = case.play(vendor);
            let Some(kind) = played.kind else { continue };
            for request in &played.rendered.requests {
                let sent = request.from_json();
                let lacks = |of: &ShownRequest| -> Vec<String> {
                    let fields = sent.keys().filter(|to| !of.fields.iter().any(|f| f.covers(to)));
                    fields.cloned().collect()
                };
                let of_call = shown.iter().filter(|shown| shown.call == kind.name());
                let fewest = of_call.map(lacks).min_by_key(Vec::len);
                let fewest = fewest.unwrap_or_else(|| panic!("{vendor}: no {} call", kind.name()));
                missing
                    .extend(fewest.into_iter().map(|to| format!("{vendor} {}: {to}", kind.name())));
            }
        }
    }
    assert!(missing.is_empty(), "vendors show does not list: {missing:#?}");
}

#[test]
fn vendors_show_explains_every_name() {
    let all = vendors();
    for (at, vendor) in all.names().enumerate() {
        for call in &all.info(at).calls {
            let from = call.fields.iter().flat_map(|field| &field.from);
            for name in from.filter_map(|from| from.strip_prefix('@')) {
                let name = name.split('/').next().expect("a name");
                let known = ["account", "user", "session", "time"].contains(&name)
                    || call.choose.iter().any(|(known, _)| known == name)
                    || call.code_names.iter().any(|(known, _)| known == name);
                assert!(known, "{vendor} {}: @{name}", call.call.name());
            }
            let text = vendor_tables(&all, at);
            for (name, words) in &call.code_names {
                assert!(text.contains(&format!("\n@{name} is {words}\n")), "{vendor}: @{name}");
            }
        }
    }
}

#[test]
fn vendors_show_says_which_id_a_code_is_about() {
    let all = vendors();
    let at = all.index_of("freshsuccess").expect("built in");
    let text = vendor_tables(&all, at);
    let row = |code: &str| text.lines().find(|line| line.trim_start().starts_with(code));
    let session = row("FS-T-SESSION-MISSING").expect("the code is listed");
    assert!(session.contains("  session missing  "), "{session}");
    let user = row("FS-T-USER-MISSING").expect("the code is listed");
    assert!(user.contains("  user_id missing  "), "{user}");
    let at = all.index_of("custify").expect("built in");
    let text = vendor_tables(&all, at);
    let account = text.lines().find(|line| line.contains("CUS-I-ACCOUNT-ABSENT"));
    let account = account.expect("the id is listed");
    assert!(account.contains("/traits/company/id (or /context/traits/company/id"), "{account}");
    let signed_up = text.lines().filter(|line| line.contains("  /signed_up_at  "));
    assert_eq!(signed_up.count(), 2, "one row for each of identify and group");
}

#[test]
fn a_consequence_that_no_document_states_is_our_reading() {
    let all = vendors();
    for code in [
        "CSB-T-PROPS-IGNORED",
        "FS-G-ACCOUNT-MISSING",
        "FS-G-TIME-MISSING",
        "FS-I-SESSION-MISSING",
        "FS-T-EVENT-MISSING",
        "FS-T-USER-MISSING",
        "PH-G-COMPANY-MISSING",
        "PH-G-COMPANY-UNKNOWN",
        "PH-I-COMPANY-MISSING",
        "PH-I-COMPANY-UNKNOWN",
        "PH-I-ENDUSER-UNKNOWN",
        "SS-T-EVENT-MISSING",
        "SS-T-USER-MISSING",
    ] {
        let (_, entry) = all.codes().iter().find(|(_, entry)| *entry.code == *code).expect(code);
        assert!(entry.text.source.contains("ours"), "{code}: {}", entry.text.source);
    }
    // what the document states for track calls stays the document's
    let (_, stated) =
        all.codes().iter().find(|(_, e)| &*e.code == "PH-T-COMPANY-MISSING").expect("the code");
    assert_eq!(stated.text.source, "document");
}
