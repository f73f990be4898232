//! The requests of the two APIs, by path.

/// A request of the Objects API or the Objects Bulk API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectsRoute<'p> {
    /// `/v1/set`: sends up to ten objects of one collection.
    Set,
    /// `/v0/start`: starts a bulk sync and returns its id.
    Start,
    /// `/v0/upload/ID`: sends objects, one per line.
    Upload(&'p str),
    /// `/v0/keep-alive/ID`: says that the sync continues.
    KeepAlive(&'p str),
    /// `/v0/finish/ID`: ends the sync.
    Finish(&'p str),
}

impl ObjectsRoute<'_> {
    /// Returns the request that a method and a path (without the query) stand for. A trailing slash
    /// is ignored.
    pub fn parse<'p>(method: &str, path: &'p str) -> Option<ObjectsRoute<'p>> {
        if method != "POST" {
            return None;
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        let (version, rest) = path.strip_prefix('/')?.split_once('/')?;
        match (version, rest) {
            ("v1", "set") => return Some(ObjectsRoute::Set),
            ("v0", "start") => return Some(ObjectsRoute::Start),
            ("v0", _) => {}
            _ => return None,
        }
        let (verb, id) = rest.split_once('/')?;
        match verb {
            _ if id.is_empty() || id.contains('/') => None,
            "upload" => Some(ObjectsRoute::Upload(id)),
            "keep-alive" => Some(ObjectsRoute::KeepAlive(id)),
            "finish" => Some(ObjectsRoute::Finish(id)),
            _ => None,
        }
    }
}

/// Returns the id of a sync by its number, so that the same requests get the same ids.
pub(crate) fn sync_id(number: u64) -> String {
    format!("sync-{number}")
}

/// Returns the number of a sync by its id.
pub(crate) fn sync_number(id: &str) -> Option<u64> {
    let number = id.strip_prefix("sync-")?.parse().ok()?;
    (sync_id(number) == id).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_every_path_of_the_table() {
        for (method, path, want) in [
            ("POST", "/v1/set", Some(ObjectsRoute::Set)),
            ("POST", "/v1/set/", Some(ObjectsRoute::Set)),
            ("POST", "/v0/start", Some(ObjectsRoute::Start)),
            ("POST", "/v0/upload/sync-1", Some(ObjectsRoute::Upload("sync-1"))),
            ("POST", "/v0/keep-alive/x/", Some(ObjectsRoute::KeepAlive("x"))),
            ("POST", "/v0/finish/x", Some(ObjectsRoute::Finish("x"))),
            ("GET", "/v1/set", None),
            ("POST", "/v0/set", None),
            ("POST", "/v1/start", None),
            ("POST", "/v0/upload/", None),
            ("POST", "/v0/upload/a/b", None),
            ("POST", "/v0/delete/x", None),
            ("POST", "/v1/track", None),
            ("POST", "", None),
        ] {
            assert_eq!(ObjectsRoute::parse(method, path), want, "{method} {path}");
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        assert_eq!(sync_number(&sync_id(12)), Some(12));
        for id in ["sync-", "sync-01", "sync-+1", "12", "sync--1", "sync-99999999999999999999"] {
            assert_eq!(sync_number(id), None, "{id}");
        }
    }
}
