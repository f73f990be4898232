//! The headers of a request on its way to the upstream, and of the answer on its way back. They
//! keep their order, without those that belong to one connection.

use crate::outbound::forward::upstream::Upstream;
use hyper::HeaderMap;
use hyper::header::{self, HeaderName, HeaderValue};
use std::net::IpAddr;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The client's address and scheme for the headers that tell the upstream about it.
#[derive(Debug, Clone, Copy)]
pub struct ForwardedFor {
    /// The client's address.
    pub client: IpAddr,
    /// The scheme that the client used.
    pub scheme: &'static str,
}

/// The name of this segscope in `Via`, by which it recognizes its own requests when they return.
#[derive(Debug, Clone)]
pub struct ViaName {
    name: String,
    /// The whole value of the header.
    value: HeaderValue,
}

impl ViaName {
    /// Creates a name that no other segscope has.
    pub fn generate() -> ViaName {
        ViaName::with_name(format!("segscope-{}", uuid::Uuid::new_v4().simple()))
    }

    fn with_name(name: String) -> ViaName {
        let value = HeaderValue::try_from(format!("1.1 {name}"));
        ViaName { name, value: value.expect("letters, digits and signs") }
    }

    /// Returns whether a request has passed this segscope before, because its `Via` names it.
    pub fn is_in(&self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(header::VIA).iter().filter_map(|value| value.to_str().ok());
        let mut hops = values.flat_map(|list| list.split(','));
        hops.any(|hop| hop.split_whitespace().nth(1) == Some(&self.name))
    }
}

/// Returns whether a header belongs to one connection.
fn is_hop_by_hop(name: &HeaderName, named: &[HeaderName]) -> bool {
    [
        header::CONNECTION,
        KEEP_ALIVE,
        PROXY_CONNECTION,
        header::PROXY_AUTHENTICATE,
        header::PROXY_AUTHORIZATION,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ]
    .contains(name)
        || named.contains(name)
}

/// Returns the names that `Connection` lists.
fn connection_names(headers: &HeaderMap) -> Vec<HeaderName> {
    let values = headers.get_all(header::CONNECTION).iter();
    let names = values.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    names.filter_map(|name| name.trim().parse().ok()).collect()
}

/// Returns the headers of a request for the upstream. `via` names this segscope.
pub(crate) fn to_upstream(
    headers: &HeaderMap,
    upstream: &Upstream,
    forwarded: Option<ForwardedFor>,
    via: &ViaName,
) -> HeaderMap {
    let named = connection_names(headers);
    let mut out = HeaderMap::with_capacity(headers.len() + 4);
    for (name, value) in headers {
        // the body is complete already, so the upstream need not ask for it
        if is_hop_by_hop(name, &named) || name == header::EXPECT {
            continue;
        }
        if name != header::HOST {
            out.append(name, value.clone());
        } else if !out.contains_key(header::HOST) {
            out.insert(header::HOST, upstream.host.clone());
        }
    }
    if !out.contains_key(header::HOST) {
        out.insert(header::HOST, upstream.host.clone());
    }
    if let Some(ForwardedFor { client, scheme }) = forwarded {
        if let Ok(client) = HeaderValue::try_from(client.to_string()) {
            append_to_list(&mut out, FORWARDED_FOR, client);
        }
        append_to_list(&mut out, FORWARDED_PROTO, HeaderValue::from_static(scheme));
    }
    append_to_list(&mut out, header::VIA, via.value.clone());
    out
}

/// Appends a value to a list, after its last value and in the same line.
fn append_to_list(headers: &mut HeaderMap, name: HeaderName, more: HeaderValue) {
    let mut all = headers.get_all(&name).iter().map(HeaderValue::as_bytes).collect::<Vec<_>>();
    let value = if all.is_empty() {
        more
    } else {
        all.push(more.as_bytes());
        // the joined parts were valid values before
        let Ok(value) = HeaderValue::from_bytes(&all.join(&b", "[..])) else { return };
        value
    };
    headers.insert(name, value);
}

/// Returns the headers of an answer for the sender.
pub(crate) fn to_sender(headers: &HeaderMap) -> HeaderMap {
    let named = connection_names(headers);
    let mut out = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers.iter().filter(|(name, _)| !is_hop_by_hop(name, &named)) {
        out.append(name, value.clone());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            let name: HeaderName = name.parse().expect("a name");
            map.append(name, value.parse().expect("a value"));
        }
        map
    }

    fn pairs(map: &HeaderMap) -> Vec<(&str, &str)> {
        map.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text"))).collect()
    }

    #[test]
    fn keeps_the_order_and_drops_what_belongs_to_the_connection() {
        let upstream = Upstream::parse("https://api.example").expect("a URL");
        let sent = map(&[
            ("user-agent", "a/1"),
            ("connection", "keep-alive, X-Hop"),
            ("host", "localhost:7357"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("x-forwarded-for", "203.0.113.7"),
            ("te", "trailers"),
            ("expect", "100-continue"),
            ("transfer-encoding", "chunked"),
            ("x-a", "1"),
            ("x-a", "2"),
            ("proxy-authorization", "Basic x"),
            ("via", "1.0 front"),
        ]);
        let client = "127.0.0.1".parse().expect("an address");
        let forwarded = Some(ForwardedFor { client, scheme: "http" });
        let via = ViaName::with_name("segscope-1".to_owned());
        let out = to_upstream(&sent, &upstream, forwarded, &via);
        let want = [
            ("user-agent", "a/1"),
            ("host", "api.example"),
            ("x-forwarded-for", "203.0.113.7, 127.0.0.1"),
            ("x-a", "1"),
            ("x-a", "2"),
            ("via", "1.0 front, 1.1 segscope-1"),
            ("x-forwarded-proto", "http"),
        ];
        assert_eq!(pairs(&out), want);
        let quiet = to_upstream(&sent, &upstream, None, &via);
        assert_eq!(quiet["x-forwarded-for"], "203.0.113.7", "as it came");
        assert!(!quiet.contains_key("x-forwarded-proto"));
        assert!(via.is_in(&out) && !via.is_in(&sent));
        assert!(!ViaName::generate().is_in(&out));
    }

    #[test]
    fn an_answer_keeps_its_order() {
        let answer = map(&[
            ("date", "x"),
            ("connection", "close, x-hop"),
            ("retry-after", "7"),
            ("x-hop", "1"),
            ("access-control-allow-origin", "*"),
        ]);
        let want = [("date", "x"), ("retry-after", "7"), ("access-control-allow-origin", "*")];
        assert_eq!(pairs(&to_sender(&answer)), want);
    }
}
