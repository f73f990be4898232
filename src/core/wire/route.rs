//! The routes, by method and path (`docs/specs/wire.md` 2).

use crate::call::CallType;

/// The kind of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'p> {
    /// It contains calls.
    Calls(BodyShape),
    /// Counters of a browser library; not calls.
    Metrics,
    /// A browser library asks for its settings.
    Settings {
        /// The path segment of the write key, not decoded.
        write_key: &'p str,
    },
    /// A RudderStack browser library asks for its settings.
    SourceConfig,
    /// `merge` and `audiencelist`: sent by RudderStack's own servers only; not calls.
    Merge,
    /// A RudderStack webhook source: any body; not calls.
    WebhookSource,
    /// A probe: `/health`.
    Health,
    /// A probe: `/version`.
    Version,
    /// A probe: `/`.
    Root,
    /// A preflight request of a browser; never recorded.
    Preflight,
    /// The inspector's own paths: the part after `/_segscope/`.
    Own(&'p str),
    /// A known path with a wrong method; contains the allowed ones, for the `Allow` header.
    WrongMethod(&'static str),
    /// An unknown path.
    Unknown,
}

/// The arrangement of the calls in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyShape {
    /// One call, whose type is in the path.
    One(CallType),
    /// A batch: `batch`, `import` or `b`.
    Batch,
    /// A batch of RudderStack's beacon, whose write key is only in the query.
    Beacon,
    /// Segment's pixel: the call is in `data`, or in dotted parameters.
    Pixel(CallType),
    /// RudderStack's pixel: dotted parameters.
    RudderPixel(CallType),
    /// The body that a webhook destination forwards: one call, or an array of them.
    Webhook,
    /// Not a request: a call, an array or a batch body from a file, in the form in which it was
    /// sent.
    Bare,
}

impl Route<'_> {
    /// Returns true if a request of this route may contain calls.
    pub fn has_calls(&self) -> bool {
        matches!(self, Route::Calls(_))
    }

    /// Returns true for both kinds of pixel, which are always answered with an image.
    pub fn is_pixel(&self) -> bool {
        matches!(self, Route::Calls(BodyShape::Pixel(_) | BodyShape::RudderPixel(_)))
    }
}

/// Returns the route of a method and a path (as sent, without the query). A trailing slash is
/// ignored. An empty method with an empty path, which no request has, stands for calls from a file
/// ([`BodyShape::Bare`]).
pub fn route<'p>(method: &str, path: &'p str) -> Route<'p> {
    if method == "OPTIONS" {
        return Route::Preflight;
    }
    if method.is_empty() && path.is_empty() {
        return Route::Calls(BodyShape::Bare);
    }
    let path = match path.strip_suffix('/') {
        None => path,
        Some("") => return only(method, GET, Route::Root),
        Some(shorter) => shorter,
    };
    if let Some(rest) = path.strip_prefix("/v1/") {
        return v1(method, rest);
    }
    match path {
        "/webhook" => only(method, WEBHOOK, Route::Calls(BodyShape::Webhook)),
        "/beacon/v1/batch" => only(method, POST, Route::Calls(BodyShape::Beacon)),
        "/pixel/v1/track" => pixel(method, BodyShape::RudderPixel(CallType::Track)),
        "/pixel/v1/page" => pixel(method, BodyShape::RudderPixel(CallType::Page)),
        "/sourceConfig" => only(method, GET, Route::SourceConfig),
        "/health" => only(method, GET, Route::Health),
        "/version" => only(method, GET, Route::Version),
        "/_segscope" => Route::Own(""),
        _ => path.strip_prefix("/_segscope/").map_or(Route::Unknown, Route::Own),
    }
}

/// Returns whether a browser that shows a page of this host asks for this path by itself.
pub fn is_icon(path: &str) -> bool {
    path == "/favicon.ico" || path.starts_with("/apple-touch-icon")
}

/// Returns whether a page asks for the code of its library: Segment's analytics.js, parts of it,
/// and the destinations that run on the page.
pub fn is_page_code(method: &str, path: &str) -> bool {
    let folders = ["/analytics.js/", "/analytics-next/", "/next-integrations/"];
    matches!(method, "GET" | "HEAD") && folders.iter().any(|folder| path.starts_with(folder))
}

const GET: &str = "GET, HEAD, OPTIONS";
const POST: &str = "POST, OPTIONS";
const BOTH: &str = "GET, POST, OPTIONS";
const WEBHOOK: &str = "POST, PUT, PATCH, GET, DELETE, OPTIONS";

fn v1<'p>(method: &str, rest: &'p str) -> Route<'p> {
    let one = |kind| only(method, POST, Route::Calls(BodyShape::One(kind)));
    match rest {
        "track" | "t" => one(CallType::Track),
        "identify" | "i" => one(CallType::Identify),
        "group" | "g" => one(CallType::Group),
        "page" | "p" => one(CallType::Page),
        "screen" | "s" => one(CallType::Screen),
        "alias" | "a" => one(CallType::Alias),
        "batch" | "import" | "b" => only(method, POST, Route::Calls(BodyShape::Batch)),
        "m" => only(method, POST, Route::Metrics),
        "merge" | "audiencelist" => only(method, POST, Route::Merge),
        "webhook" => only(method, BOTH, Route::WebhookSource),
        _ => {
            if let Some(kind) = rest.strip_prefix("pixel/") {
                let kind = CallType::ALL.into_iter().find(|known| known.name() == kind);
                return kind.map_or(Route::Unknown, |kind| pixel(method, BodyShape::Pixel(kind)));
            }
            let settings = rest.strip_prefix("projects/").and_then(|r| r.strip_suffix("/settings"));
            match settings {
                Some(write_key) if !write_key.is_empty() && !write_key.contains('/') => {
                    only(method, GET, Route::Settings { write_key })
                }
                _ => Route::Unknown,
            }
        }
    }
}

/// Returns the route of a pixel, which only a GET fetches: a `HEAD` would be a probe, not an opened
/// mail.
fn pixel<'p>(method: &str, shape: BodyShape) -> Route<'p> {
    only(method, "GET, OPTIONS", Route::Calls(shape))
}

fn only<'p>(method: &str, allowed: &'static str, route: Route<'p>) -> Route<'p> {
    // nearly all requests have the first method
    let rest = allowed.strip_prefix(method);
    let first =
        !method.is_empty() && rest.is_some_and(|rest| matches!(rest.get(..1), None | Some(",")));
    if first || allowed.split(", ").any(|one| one == method) {
        route
    } else {
        Route::WrongMethod(allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_every_path_of_the_table() {
        use Route::Calls;
        for (method, path, want) in [
            ("POST", "/v1/track", Calls(BodyShape::One(CallType::Track))),
            ("POST", "/v1/track/", Calls(BodyShape::One(CallType::Track))),
            ("POST", "/v1/a", Calls(BodyShape::One(CallType::Alias))),
            ("POST", "/v1/s", Calls(BodyShape::One(CallType::Screen))),
            ("POST", "/v1/batch", Calls(BodyShape::Batch)),
            ("POST", "/v1/import/", Calls(BodyShape::Batch)),
            ("POST", "/v1/b", Calls(BodyShape::Batch)),
            ("POST", "/beacon/v1/batch", Calls(BodyShape::Beacon)),
            ("POST", "/v1/m", Route::Metrics),
            ("GET", "/v1/projects/wk/settings", Route::Settings { write_key: "wk" }),
            ("HEAD", "/v1/projects/wk/settings/", Route::Settings { write_key: "wk" }),
            ("GET", "/v1/projects/a/b/settings", Route::Unknown),
            ("GET", "/v1/projects//settings", Route::Unknown),
            ("GET", "/v1/pixel/group", Calls(BodyShape::Pixel(CallType::Group))),
            ("GET", "/v1/pixel/t", Route::Unknown),
            ("GET", "/pixel/v1/page", Calls(BodyShape::RudderPixel(CallType::Page))),
            ("GET", "/pixel/v1/screen", Route::Unknown),
            ("POST", "/v1/merge", Route::Merge),
            ("POST", "/v1/audiencelist", Route::Merge),
            ("GET", "/sourceConfig/", Route::SourceConfig),
            ("GET", "/v1/webhook", Route::WebhookSource),
            ("PATCH", "/webhook", Calls(BodyShape::Webhook)),
            ("DELETE", "/webhook/", Calls(BodyShape::Webhook)),
            ("GET", "/health", Route::Health),
            ("GET", "/", Route::Root),
            ("POST", "/v1/set", Route::Unknown),
            ("POST", "/v0/objects", Route::Unknown),
            ("GET", "/analytics.js/v1/wk/analytics.min.js", Route::Unknown),
            ("OPTIONS", "/whatever", Route::Preflight),
            ("GET", "/_segscope/health", Route::Own("health")),
            ("GET", "/v1/track", Route::WrongMethod("POST, OPTIONS")),
            ("POST", "/health", Route::WrongMethod("GET, HEAD, OPTIONS")),
            ("POST", "/v1/Track", Route::Unknown),
        ] {
            assert_eq!(route(method, path), want, "{method} {path}");
        }
    }
}
