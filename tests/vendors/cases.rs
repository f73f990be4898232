//! Cases of each vendor. A case is a file, `tests/vendors/NAME/*.toml`.
//!
//! ```toml
//! why = "what the case shows, in a sentence"
//! section = "B.1.1"                        # of docs/specs/vendors.md
//! settings = '{"domain": "acme"}'          # JSON; optional
//! prior_events = ['{…}', '{…}']            # JSON texts; optional
//! event = '''{"type": "track", …}'''       # JSON text
//! flush_at = "2024-05-01T11:00:00Z"        # optional: an idle flush afterwards
//! verdict = "degraded"
//! account_id = "a1"                        # optional: the id that the vendor finds, "" for none
//! user_id = "u1"                           # optional
//! # all of them, as METHOD URL BODY
//! requests = ['POST https://x.y/z {"account_id": "a1"}']
//! headers = '{"Authorization": "Bearer ***"}'   # optional: of every request
//! transport = "POST https://…"             # optional; "" for none
//! # all of them, in any order: code, path, then (where A.3 says so) reason, then each hint as
//! # "path kind", then "inferred=ID" or "inferred=null"
//! findings = [
//!   ["CSB-T-MODULE-DEFAULT", "/properties/module_id"],
//!   ["CSB-T-USER-MISSING", "/properties/user_id", "absent", "/userId level"],
//! ]
//! extras = '{"aggregation": {…}}'          # optional: all that there is besides
//! from = ['{"/account_id": {"input": "/properties/account_id"}}']  # optional: origins, a request
//! [fix]                                    # optional: code = the whole fix
//! CSB-T-USER-MISSING = "copy `userId` into `properties.user_id`"
//! [message]                                # optional: code = a part of the message
//! ```
//!
//! Besides the cases themselves, tests here fail for a code that no case shows, for one that is
//! never absent on a call of its type, and for a field or setting that no case uses.

mod coverage;
mod shown;

use segscope::call::{CallType, Doc, Event, Seq};
use segscope::findings::Finding;
use segscope::vendors::{EXAMPLES, Judgement, Mapper, RenderedCall, VendorFile, Vendors};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(skip)]
    name: String,
    why: String,
    section: String,
    settings: Option<String>,
    #[serde(default)]
    prior_events: Vec<String>,
    event: String,
    flush_at: Option<String>,
    verdict: String,
    account_id: Option<String>,
    user_id: Option<String>,
    requests: Vec<String>,
    headers: Option<String>,
    transport: Option<String>,
    findings: Vec<Vec<String>>,
    extras: Option<String>,
    from: Option<Vec<String>>,
    #[serde(default)]
    fix: BTreeMap<String, String>,
    #[serde(default)]
    message: BTreeMap<String, String>,
}

struct Played {
    kind: Option<CallType>,
    rendered: RenderedCall,
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The built-in vendors, and those of the example files that have cases.
fn vendors() -> Vendors {
    Vendors::new(&Map::new(), &examples()).expect("the tables are valid")
}

/// Vendors that come as a file without code.
fn examples() -> Vec<VendorFile> {
    let with_cases = EXAMPLES.iter().filter(|(name, _)| folder(name).is_dir());
    let file = |&(name, text): &(&str, &str)| VendorFile { name: name.into(), text: text.into() };
    with_cases.map(file).collect()
}

fn is_example(vendor: &str) -> bool {
    EXAMPLES.iter().any(|(name, _)| *name == vendor)
}

fn folder(vendor: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vendors").join(vendor)
}

fn cases(vendor: &str) -> Vec<Case> {
    let folder = folder(vendor);
    let mut cases: Vec<Case> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable case");
            let mut case: Case =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            case.name = format!("{vendor}/{}", path.file_stem().expect("a name").to_string_lossy());
            case
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

impl Case {
    fn settings(&self) -> Value {
        self.settings.as_deref().map_or(json!({}), json)
    }

    /// Plays the calls through the two steps, which must agree.
    fn play(&self, vendor: &str) -> Played {
        let mut settings = Map::new();
        settings.insert(vendor.to_owned(), self.settings());
        let vendors = Vendors::only(
            &[vendor],
            &settings,
            &if is_example(vendor) { examples() } else { Vec::new() },
        )
        .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let index = vendors.index_of(vendor).expect("the vendor is built in");
        let mut memory = vendors.memory();
        let mut judgement = Judgement::default();
        let mut seq = Seq(0);
        for call in self.prior_events.iter().chain([&self.event]) {
            let doc =
                Doc::parse(call.as_str()).unwrap_or_else(|error| panic!("{}: {error}", self.name));
            seq.0 += 1;
            vendors.judge(&Event::bare(doc.root()), seq, &mut memory, &mut judgement);
        }
        let doc = Doc::parse(self.event.as_str()).expect("parsed above");
        let event = Event::bare(doc.root());
        let rendered = vendors.render(index, &event, seq, &memory);
        let judged = &judgement.vendors[index];
        assert_eq!(judged.verdict, rendered.verdict, "{}: verdicts of the steps", self.name);
        assert_eq!(judgement.account(index), rendered.account_id.as_deref(), "{}", self.name);
        assert_eq!(judgement.user(index), rendered.user_id.as_deref(), "{}", self.name);
        let of_judgement: BTreeSet<&str> = judgement
            .codes
            .iter()
            .map(|code| vendors.codes().entry(*code))
            .filter(|entry| entry.vendor == Some(index))
            .map(|entry| &*entry.code)
            .collect();
        let of_render: BTreeSet<&str> = rendered.findings.iter().map(|f| &*f.code).collect();
        assert_eq!(of_judgement, of_render, "{}: codes of the steps", self.name);
        let kind = event.get("type").and_then(|kind| CallType::parse(&kind.as_str()?));
        Played { kind, rendered }
    }

    /// The answer of the headless form.
    fn map(&self, vendor: &str) -> Value {
        let prior: Vec<String> = self.prior_events.iter().map(|call| one_line(call)).collect();
        let flush = self.flush_at.as_ref().map(|at| format!(r#","flush_at":"{at}""#));
        let line = format!(
            r#"{{"vendor":"{vendor}","settings":{},"prior_events":[{}],"event":{}{}}}"#,
            self.settings(),
            prior.join(","),
            one_line(&self.event),
            flush.unwrap_or_default(),
        );
        let mut mapper = match is_example(vendor) {
            true => Mapper::with_files(examples()).expect("the tables are valid"),
            false => Mapper::default(),
        };
        let answer = mapper.line(&line);
        assert!(!answer.contains('\n'), "{}: the answer is one line", self.name);
        let answer = json(&answer);
        assert!(answer.get("error").is_none(), "{}: {answer}", self.name);
        answer
    }

    fn wanted_requests(&self) -> Value {
        let request = |text: &String| {
            let mut parts = text.splitn(3, ' ');
            let (method, url) = (parts.next().expect("a method"), parts.next().expect("a url"));
            json!([method, url, json(parts.next().expect("a body"))])
        };
        self.requests.iter().map(request).collect()
    }

    fn wanted_findings(&self) -> BTreeSet<String> {
        self.findings.iter().map(|finding| finding.join(" | ")).collect()
    }
}

fn one_line(json: &str) -> String {
    json.replace('\n', " ")
}

/// A finding in the words of a case.
fn line_of(finding: &Value) -> String {
    let mut parts = vec![text(finding, "code"), text(finding, "path")];
    if let Some(reason) = finding.get("reason") {
        parts.push(reason.as_str().expect("a reason").to_owned());
    }
    for hint in finding.get("hints").and_then(Value::as_array).into_iter().flatten() {
        parts.push(format!("{} {}", text(hint, "path"), text(hint, "kind")));
    }
    match finding.get("inferred") {
        None => {}
        Some(Value::Null) => parts.push("inferred=null".to_owned()),
        Some(id) => parts.push(format!("inferred={}", id.as_str().expect("an id"))),
    }
    parts.join(" | ")
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no text {key} in {value}")).to_owned()
}

/// Returns the differences between a case and its result, one line each.
fn differences(case: &Case, vendor: &str) -> Vec<String> {
    let answer = case.map(vendor);
    let rendered = case.play(vendor).rendered;
    let mut wrong = Vec::new();
    let mut compare = |what: &str, got: Value, want: Value| {
        if !same(&got, &want) {
            wrong.push(format!("{}: {what}\n   got  {got}\n   want {want}", case.name));
        }
    };
    compare("verdict", answer["verdict"].clone(), json!(case.verdict));
    let requests = answer["requests"].as_array().expect("requests");
    let got = requests.iter().map(|r| json!([r["method"], r["url"], r["body"]])).collect();
    compare("requests", got, case.wanted_requests());
    let found = answer["findings"].as_array().expect("findings");
    let lines: BTreeSet<String> = found.iter().map(line_of).collect();
    compare("findings", json!(lines), json!(case.wanted_findings()));
    compare("findings, none twice", json!(found.len()), json!(case.findings.len()));
    for (want, got) in
        [(&case.account_id, &rendered.account_id), (&case.user_id, &rendered.user_id)]
    {
        if let Some(want) = want {
            compare("id", json!(got.as_deref().unwrap_or_default()), json!(want));
        }
    }
    if let Some(headers) = &case.headers {
        for request in requests {
            compare("headers", request["headers"].clone(), json(headers));
        }
    }
    if let Some(transport) = &case.transport {
        let got = match &answer["transport"] {
            Value::Null => String::new(),
            got => format!("{} {}", text(got, "method"), text(got, "url")),
        };
        compare("transport", json!(got), json!(transport));
    }
    if let Some(extras) = &case.extras {
        let mut got = answer.clone();
        let members = got.as_object_mut().expect("an object");
        members.retain(|key, _| {
            !["verdict", "requests", "transport", "findings"].contains(&key.as_str())
        });
        compare("extras", got, json(extras));
    }
    for (at, from) in case.from.iter().flatten().enumerate() {
        let got = Value::Object(rendered.requests[at].from_json());
        compare("from", got, json(from));
    }
    for (code, want) in &case.fix {
        let got = finding(&rendered.findings, code).map(|finding| finding.fix.clone());
        compare("fix", json!(got), json!(want));
    }
    for (code, want) in &case.message {
        let got = finding(&rendered.findings, code).map(|finding| finding.message.clone());
        if !got.as_ref().is_some_and(|got| got.contains(want)) {
            compare("message", json!(got), json!(want));
        }
    }
    wrong
}

fn finding<'f>(findings: &'f [Finding], code: &str) -> Option<&'f Finding> {
    findings.iter().find(|finding| finding.code == code)
}

/// Equal as JSON: the order of members does not matter, a number's text does.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => a == b,
    }
}

#[test]
fn every_case_gives_what_it_says() {
    let mut wrong = Vec::new();
    for vendor in vendors().names() {
        for case in cases(vendor) {
            assert!(!case.why.is_empty() && !case.section.is_empty(), "{}", case.name);
            wrong.extend(differences(&case, vendor));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_vendor_has_its_cases() {
    for vendor in vendors().names() {
        let cases = cases(vendor);
        let least = if is_example(vendor) { 10 } else { 40 };
        assert!(cases.len() >= least, "{vendor} has {} cases", cases.len());
        for verdict in ["delivered", "degraded", "dropped"] {
            let shown = cases.iter().any(|case| {
                case.verdict == verdict || (verdict == "dropped" && case.verdict == "rejected")
            });
            assert!(shown, "{vendor}: no case is {verdict}");
        }
    }
}
