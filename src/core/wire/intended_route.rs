//! The route that a request to a wrong path was meant for, and the SDK setting that sends it there.

use crate::call::CallType;
use crate::wire::empty_request::{Explanation, quoted};
use crate::wire::query::percent;
use crate::wire::{RequestHead, Route};
use serde::Deserialize;
use std::sync::LazyLock;

/// The settings of an SDK that decide where it sends its calls, from the list that the start screen
/// shows.
#[derive(Deserialize)]
struct SdkLine {
    name: String,
    /// The line that makes the SDK send to segscope.
    change: String,
    /// The setting that contains the base URL.
    #[serde(default)]
    setting: String,
    /// The beginnings of the `user-agent` of its requests.
    #[serde(default)]
    agents: Vec<String>,
}

/// The line to change in an SDK so that it sends its calls to another address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupLine {
    /// The SDK.
    pub sdk: String,
    /// The line, with `K` for the write key.
    pub line: String,
}

/// Returns the line to change in each SDK for a listener at this base URL.
pub fn setup_lines(base: &str) -> Vec<SetupLine> {
    let port = base.rsplit_once(':').map_or("80", |(_, port)| port);
    let line = |sdk: &SdkLine| SetupLine {
        sdk: sdk.name.trim().to_owned(),
        line: sdk.change.replace("BASE", base).replace("PORT", port),
    };
    SDKS.iter().map(line).collect()
}

#[derive(Deserialize)]
struct SdkLines {
    sdk: Vec<SdkLine>,
}

static SDKS: LazyLock<Vec<SdkLine>> = LazyLock::new(|| {
    let text = include_str!("../../../assets/sdk-lines.toml");
    toml::from_str::<SdkLines>(text)
        .expect("the lines that come with the program are TOML; a test reads them")
        .sdk
});

/// The names in paths for several calls, in addition to those of the call types.
const BATCH_NAMES: [&str; 2] = ["batch", "import"];
/// The short names in paths that browser and mobile libraries use.
const SHORT_NAMES: [&str; 7] = ["t", "i", "g", "p", "s", "a", "b"];

/// The route that a path was meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum IntendedRoute {
    /// Calls, at this path.
    Calls(String),
    /// The settings of a Segment library for this write key.
    Settings(String),
    /// The settings of a RudderStack library.
    SourceConfig,
    /// The code of a library, without which a page sends nothing.
    Library,
    /// Code without which a library still sends its calls.
    Part,
    /// Code without which a RudderStack library sends nothing.
    Plugins,
    /// Calls of an unknown kind.
    Base,
}

/// Explains a request with an unknown path, or with a wrong method for its path.
pub fn explain(head: &RequestHead<'_>) -> Explanation {
    if head.method == "CONNECT" {
        return Explanation::new(
            "CONNECT asks for an https proxy; segscope is one only with --intercept, at its http:// address".to_owned(),
            "start segscope with --intercept and name it in HTTPS_PROXY with http://, or unset HTTPS_PROXY",
        );
    }
    let (method, path) = (quoted(head.method), quoted(head.path));
    if let Route::WrongMethod(allow) = head.route()
        && intended(head) != Some(IntendedRoute::Base)
    {
        let reason = format!("{method} is not allowed at {path}; use {allow}");
        let fix = match allow.starts_with("POST") {
            true if head.method == "GET" => {
                "send calls with POST; a redirect or a browser's address bar makes a GET of it"
            }
            true => "send calls with POST",
            false => "ask for it with GET",
        };
        return Explanation::new(reason, fix);
    }
    let base = base(head);
    let Some(intended) = intended(head) else {
        return Explanation::new(
            format!("no such path: {path}; {method} {path} is not a tracking endpoint"),
            format!(
                "post calls to {base}/v1/track, {base}/v1/batch and similar paths; in an SDK set only the base URL {base}"
            ),
        );
    };
    let sdk = sdk(head, &intended);
    let (what, fix) = match &intended {
        IntendedRoute::Calls(to) => (format!("did you mean {to}?"), host_fix(head, sdk, &base, to)),
        IntendedRoute::Settings(key) => (
            format!(
                "a library asked for its settings, and sends nothing without them; did you mean /v1/projects/{key}/settings?"
            ),
            format!(
                "set `cdnURL` (npm) or `analytics._cdn` (snippet) to {base} without a path; in Kotlin and Swift set `cdnHost` to {}/v1",
                host(head)
            ),
        ),
        IntendedRoute::SourceConfig => (
            "a RudderStack library asked for its settings, and sends nothing without them; did you mean /sourceConfig?"
                .to_owned(),
            format!("set `configUrl` to {base} without a path: load('K', '{base}', {{ configUrl: '{base}' }})"),
        ),
        IntendedRoute::Library => (
            "a page loads the library from here, where only its settings are; it sends nothing without the library"
                .to_owned(),
            format!(
                "keep the script's `src` at the CDN and set `analytics._cdn = '{base}'` before `load`, or use the npm package with `cdnURL: '{base}'`"
            ),
        ),
        IntendedRoute::Part => (
            "a library asked for a part of its code, which is not here; it sends its calls anyway"
                .to_owned(),
            "nothing needs to change for calls to arrive; only the CDN has this part".to_owned(),
        ),
        IntendedRoute::Plugins => (
            "a RudderStack library loads its plugins from here, where they are not; it sends nothing without them"
                .to_owned(),
            "leave out `pluginsSDKBaseURL` and `destSDKBaseURL`, or use `@rudderstack/analytics-js/bundled`"
                .to_owned(),
        ),
        IntendedRoute::Base => (
            "the request went to the base URL itself; did you mean /v1/batch or /v1/track?".to_owned(),
            format!("post batches to {base}/v1/batch and single calls to {base}/v1/track and similar paths"),
        ),
    };
    Explanation::new(format!("no such path: {method} {path}; {what}"), fix)
}

/// Returns whether a library sends its calls without the code that it asked for.
pub fn is_harmless(head: &RequestHead<'_>) -> bool {
    head.route() == Route::Unknown && intended(head) == Some(IntendedRoute::Part)
}

fn intended(head: &RequestHead<'_>) -> Option<IntendedRoute> {
    // a path in which the slashes are encoded too is meant as one without
    let path = percent(head.path);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is = |wanted: &str| parts.iter().any(|part| part.eq_ignore_ascii_case(wanted));
    if matches!(head.method, "GET" | "HEAD") {
        return intended_get(&parts, is);
    }
    let lower: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
    let last = match lower.last().map(String::as_str) {
        None | Some("v1") => return Some(IntendedRoute::Base),
        Some(last) => last,
    };
    let at = |name: &str| match name == "batch" && is("beacon") {
        true => IntendedRoute::Calls("/beacon/v1/batch".to_owned()),
        false => IntendedRoute::Calls(format!("/v1/{name}")),
    };
    if is_settings(last) && (is("projects") || is("project")) || last == "sourceconfig" {
        return intended_get(&parts, is);
    }
    let exact = |part: &str| names().find(|name| *name == part);
    if let Some(name) = exact(last).or_else(|| SHORT_NAMES.into_iter().find(|name| *name == last)) {
        return Some(at(name));
    }
    let near = |part: &str| {
        let distance = |name: &str| strsim::damerau_levenshtein(name, part);
        let begins = |name: &&str| part.starts_with(*name);
        let nearest = names().min_by_key(|name| distance(name));
        let close = nearest.filter(|name| distance(name) * 3 <= name.len());
        close.or_else(|| names().find(begins))
    };
    let earlier = lower.iter().rev().skip(1).find_map(|part| exact(part));
    near(last).or(earlier).map(at)
}

/// Returns whether the last part of a path, in lower case, asks for settings.
fn is_settings(part: &str) -> bool {
    matches!(part, "settings" | "settings.json")
}

/// Returns the route that a GET was meant for.
fn intended_get(parts: &[&str], is: impl Fn(&str) -> bool) -> Option<IntendedRoute> {
    let is_projects =
        |part: &&str| ["projects", "project"].iter().any(|name| part.eq_ignore_ascii_case(name));
    let projects = parts.iter().rposition(is_projects);
    let asks = parts.last().is_some_and(|last| is_settings(&last.to_ascii_lowercase()));
    if let (Some(at), true) = (projects, asks) {
        let key = parts.get(at + 1).filter(|_| at + 2 < parts.len());
        return Some(IntendedRoute::Settings(quoted(key.unwrap_or(&"WRITE_KEY"))));
    }
    if is("sourceConfig") {
        return Some(IntendedRoute::SourceConfig);
    }
    let last = parts.last().copied().unwrap_or_default();
    if is("analytics-next") || is("next-integrations") {
        return Some(IntendedRoute::Part);
    }
    if last.starts_with("rsa") || is("plugins") || is("js-integrations") {
        return Some(IntendedRoute::Plugins);
    }
    let library = last.starts_with("analytics") || last.starts_with("rudder");
    (library && last.ends_with(".js")).then_some(IntendedRoute::Library)
}

fn names() -> impl Iterator<Item = &'static str> {
    CallType::ALL.into_iter().map(CallType::name).chain(BATCH_NAMES)
}

/// Returns the address by which the sender knows this listener.
fn host<'a>(head: &RequestHead<'a>) -> std::borrow::Cow<'a, str> {
    match head.header("host").filter(|host| !host.is_empty()) {
        Some(host) => crate::call::text::visible(host),
        None => "HOST".into(),
    }
}

fn base(head: &RequestHead<'_>) -> String {
    format!("http://{}", host(head))
}

/// Finds the SDK that sent a request by its user agent, or, for a browser's library, by the path.
fn sdk(head: &RequestHead<'_>, intended: &IntendedRoute) -> Option<&'static SdkLine> {
    let agent = head.header("user-agent").unwrap_or_default();
    let named = |setting: &str| SDKS.iter().find(|sdk| sdk.setting == setting);
    if agent.starts_with("Mozilla/") {
        let IntendedRoute::Calls(to) = intended else { return None };
        let short = SHORT_NAMES.iter().any(|name| to.strip_prefix("/v1/") == Some(name));
        return named(if short { "cdnURL" } else { "load" });
    }
    // RudderStack's Node and Python SDKs have kept the names of the SDKs that they are forks of,
    // and compress their requests
    let rudder = head.header("content-encoding") == Some("gzip");
    let sent_by = |sdk: &&SdkLine| sdk.agents.iter().any(|begin| agent.starts_with(begin));
    let is_rudder = |sdk: &&SdkLine| sdk.name.starts_with("RudderStack");
    let any = || SDKS.iter().filter(sent_by);
    any().find(|sdk| is_rudder(sdk) == rudder).or_else(|| any().next())
}

/// Returns the setting to change so that calls go to the intended path.
fn host_fix(head: &RequestHead<'_>, sdk: Option<&SdkLine>, base: &str, to: &str) -> String {
    let path = head.path.trim_end_matches('/');
    let known = path.strip_suffix(to.trim_end_matches('/'));
    let wrong = match known.map(|before| before.trim_end_matches('/')) {
        Some("") => "the base URL ends with `/`: ".to_owned(),
        Some(before) => format!("the base URL ends with `{}`: ", quoted(before)),
        None => String::new(),
    };
    let Some(sdk) = sdk else {
        return format!(
            "{wrong}set only {base}, without a path, as the SDK's base URL (`host`, `endpoint`, `apiHost`, `dataPlaneUrl`), or post to {base}{to}"
        );
    };
    let port = host(head).rsplit_once(':').map_or("80".to_owned(), |(_, port)| port.to_owned());
    let change = sdk.change.replace("BASE", base).replace("PORT", &port);
    let name = sdk.name.trim();
    if sdk.setting == "cdnURL" {
        let host = host(head);
        return format!(
            "{wrong}{name}: leave out `apiHost`, or set it to '{host}/v1' with `protocol: 'http'`; {change}"
        );
    }
    // without `/v1`, the base URL is right and another setting contains the path
    let option = if wrong.is_empty() && sdk.setting == "host" {
        " and leave out `path`, whose default is /v1/batch"
    } else {
        ""
    };
    let setting = match sdk.setting.as_str() {
        "load" => "the second argument of `load`".to_owned(),
        setting => format!("`{setting}`"),
    };
    format!("{wrong}{name}: set {setting} to {base} without a path{option}: {change}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::test_head;

    fn explained(method: &str, path: &str, agent: &str) -> (String, String) {
        let headers = [
            ("host".to_owned(), "localhost:7357".to_owned()),
            ("user-agent".to_owned(), agent.to_owned()),
        ];
        let Explanation { reason, fix } = explain(&test_head(method, path, &headers));
        (reason, fix)
    }

    #[test]
    fn a_wrong_path_names_the_intended_one() {
        for (path, intended) in [
            ("/v1/v1/batch", "/v1/batch?"),
            ("//v1/batch", "/v1/batch?"),
            ("/v1/batch/v1/batch", "/v1/batch?"),
            ("/batch", "/v1/batch?"),
            ("/b", "/v1/b?"),
            ("/t", "/v1/t?"),
            ("/track", "/v1/track?"),
            ("/v1/tracks", "/v1/track?"),
            ("/v1/Track", "/v1/track?"),
            ("/v1/indentify", "/v1/identify?"),
            ("/v2/identify/", "/v1/identify?"),
            ("/api/v1/group", "/v1/group?"),
            ("/v1/batch/events", "/v1/batch?"),
            ("/v1/imports", "/v1/import?"),
            ("/v1/trackEvent", "/v1/track?"),
            ("/beacon/batch", "/beacon/v1/batch?"),
            ("/", "/v1/batch or /v1/track?"),
            ("/v1", "/v1/batch or /v1/track?"),
            ("/v1%2Fbatch", "/v1/batch?"),
        ] {
            let (reason, fix) = explained("POST", path, "curl/8.0");
            assert!(reason.ends_with(&format!("did you mean {intended}")), "{path}: {reason}");
            assert!(fix.contains("http://localhost:7357"), "{path}: {fix}");
        }
        let (reason, _) = explained("POST", "/capture", "");
        assert!(!reason.contains("did you mean"), "{reason}");
    }

    #[test]
    fn the_fix_names_the_setting_of_the_sdk_that_sent_it() {
        for (agent, path, fix) in [
            ("analytics-node-next/latest", "/batch", "leave out `path`"),
            ("analytics-node/6.2.0", "/v1/v1/batch", "set `host` to http://localhost:7357"),
            ("analytics-python/2.4.0", "/v1/v1/batch", "analytics.host = 'http://localhost:7357'"),
            ("analytics-go (version: 3.0.0)", "/v1/batch/v1/batch", "set `Endpoint`"),
            ("analytics-ruby/2.5.0", "/v1/imports", "port: 7357"),
            ("Mozilla/5.0", "/t", "set it to 'localhost:7357/v1'"),
            ("Mozilla/5.0", "/x/v1/track", "the second argument of `load`"),
        ] {
            let (_, said) = explained("POST", path, agent);
            assert!(said.contains(fix), "{agent} {path}: {said}");
        }
        let (_, said) = explained("POST", "/v1/v1/batch", "analytics-node/6.2.0");
        assert!(said.starts_with("the base URL ends with `/v1`: "), "{said}");
        let headers = [
            ("user-agent".to_owned(), "analytics-node/3.0.13".to_owned()),
            ("content-encoding".to_owned(), "gzip".to_owned()),
        ];
        let said = explain(&test_head("POST", "/v1/v1/batch", &headers)).fix;
        assert!(said.contains("`dataPlaneUrl`"), "{said}");
    }

    #[test]
    fn a_question_of_a_browser_library_names_its_setting() {
        for (path, says, fix) in [
            ("/cdn/v1/projects/K/settings", "/v1/projects/K/settings?", "`cdnURL`"),
            ("/v1/v1/projects/K/settings", "/v1/projects/K/settings?", "`cdnURL`"),
            ("/projects/K/settings", "/v1/projects/K/settings?", "`cdnHost`"),
            ("/v1/projects//settings", "/v1/projects/WRITE_KEY/settings?", "`cdnURL`"),
            ("/v1/sourceConfig/", "/sourceConfig?", "`configUrl`"),
            ("/x/sourceconfig", "/sourceConfig?", "`configUrl`"),
            ("/analytics.js/v1/K/analytics.min.js", "sends nothing without", "`analytics._cdn"),
            ("/v1/analytics.js", "sends nothing without", "`analytics._cdn"),
            ("/analytics-next/bundles/x.js", "sends its calls anyway", "nothing needs to change"),
            ("/v3/modern/plugins/rsa-plugins.js", "plugins", "`pluginsSDKBaseURL`"),
        ] {
            let (reason, said) = explained("GET", path, "Mozilla/5.0");
            assert!(reason.contains(says) && said.contains(fix), "{path}: {reason} / {said}");
        }
        let head = |path| is_harmless(&test_head("GET", path, &[]));
        assert!(head("/analytics-next/bundles/x.js") && !head("/projects/K/settings"));
    }
}
