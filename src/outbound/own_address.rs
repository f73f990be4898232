//! The check whether an address is this listener's own, so that a request to it would come back.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Returns whether a connection to a host, which is an IP address or a name, reaches a listener at
/// one of `own`. Of names, only those of loopback addresses (`localhost`, also with a final dot)
/// are recognized.
pub(crate) fn is_own_host(host: &str, port: u16, own: &[SocketAddr]) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    // `localhost.` is the absolute form of the name; a resolver treats both as the same host
    let name = host.strip_suffix('.').unwrap_or(&host);
    match host.parse::<IpAddr>() {
        Ok(ip) => is_own_address((ip, port).into(), own),
        Err(_) if name == "localhost" || name.ends_with(".localhost") => {
            let loopback: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            loopback.into_iter().any(|ip| is_own_address((ip, port).into(), own))
        }
        Err(_) => false,
    }
}

/// Returns whether a connection to an address reaches a listener at one of `own`.
///
/// Two settings of the system are not considered; each can only cause a wrong `true`. With
/// `ip_nonlocal_bind`, every address counts as this machine's for a listener at `0.0.0.0` or `::`.
/// With `bindv6only`, a listener at `::` does not accept IPv4 connections, but counts as accepting
/// them here.
pub(crate) fn is_own_address(addr: SocketAddr, own: &[SocketAddr]) -> bool {
    own.iter().any(|own| own.port() == addr.port() && reaches(addr.ip(), own.ip()))
}

fn reaches(ip: IpAddr, own: IpAddr) -> bool {
    // `::ffff:127.0.0.1` is 127.0.0.1
    let own = own.to_canonical();
    let ip = match ip.to_canonical() {
        // the system connects such an address to itself
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    // a socket at `::` also accepts connections to IPv4 addresses
    let takes_all = own.is_unspecified() && (own.is_ipv6() || ip.is_ipv4());
    ip == own || takes_all && is_of_this_machine(ip)
}

/// Returns whether this machine has the address: a socket cannot be bound to any other.
fn is_of_this_machine(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_reached_at_its_address_and_at_all_if_it_has_none() {
        for (host, port, own, want) in [
            ("127.0.0.1", 7357, "127.0.0.1:7357", true),
            ("localhost", 7357, "127.0.0.1:7357", true),
            ("LocalHost", 7357, "127.0.0.1:7357", true),
            ("app.localhost", 7357, "127.0.0.1:7357", true),
            ("localhost.", 7357, "127.0.0.1:7357", true),
            ("app.LocalHost.", 7357, "127.0.0.1:7357", true),
            ("localhost..", 7357, "127.0.0.1:7357", false),
            (".", 7357, "127.0.0.1:7357", false),
            ("[::1]", 7357, "[::1]:7357", true),
            ("localhost", 7357, "[::1]:7357", true),
            ("::ffff:127.0.0.1", 7357, "127.0.0.1:7357", true),
            ("0.0.0.0", 7357, "127.0.0.1:7357", true),
            ("127.0.0.1", 7357, "0.0.0.0:7357", true),
            ("127.0.0.1", 7357, "[::]:7357", true),
            ("::1", 7357, "[::]:7357", true),
            ("127.0.0.1", 7358, "127.0.0.1:7357", false),
            ("127.0.0.2", 7357, "127.0.0.1:7357", false),
            ("::1", 7357, "127.0.0.1:7357", false),
            // an IPv4 socket accepts no IPv6 connections
            ("::1", 7357, "0.0.0.0:7357", false),
            // an address of a documentation network (RFC 5737), which no machine has
            ("192.0.2.1", 7357, "0.0.0.0:7357", false),
            ("192.0.2.1", 7357, "192.0.2.1:7357", true),
            ("localhost", 7357, "192.0.2.1:7357", false),
            ("proxy.example", 7357, "127.0.0.1:7357", false),
            ("", 7357, "127.0.0.1:7357", false),
        ] {
            let own = [own.parse::<SocketAddr>().expect("an address")];
            assert_eq!(is_own_host(host, port, &own), want, "{host}:{port} at {own:?}");
        }
        let both = ["127.0.0.1:7357", "[::1]:7357"].map(|own| own.parse().expect("an address"));
        assert!(is_own_host("::1", 7357, &both));
        assert!(!is_own_host("::1", 7357, &[]));
    }
}
