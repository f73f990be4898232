//! The addresses of the listener, and the program that already uses them.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};

/// An address to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen {
    /// The address; port 0 picks any free port.
    pub addr: SocketAddr,
    /// True if addresses that are not loopback are allowed.
    pub allow_remote: bool,
}

/// The default port.
const DEFAULT_PORT: u16 = 7357;

/// The maximum number of tries to find a port that is free on both loopback addresses.
const MAX_PORT_TRIES: usize = 16;

impl Default for Listen {
    fn default() -> Listen {
        Listen { addr: (Ipv4Addr::LOCALHOST, DEFAULT_PORT).into(), allow_remote: false }
    }
}

/// The reason why the listener could not start.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The text is not an address.
    #[error(
        "`{0}` is not an address to listen on; write 127.0.0.1:7357, localhost:0, [::1]:7357 or a port"
    )]
    NoAddress(String),
    /// Other machines could reach the address, and `--allow-remote` is not set.
    #[error("{0} can be reached from other machines; add --allow-remote if that is intended")]
    Remote(SocketAddr),
    /// Other machines could use the proxy.
    #[error("{0} can be reached from other machines; --intercept works on loopback only")]
    RemoteProxy(SocketAddr),
    /// Another program listens on the address.
    #[error("{addr} is taken{}; --listen 127.0.0.1:0 picks a free port", holder_words(.holder))]
    Taken {
        /// The address.
        addr: SocketAddr,
        /// The process that has it, if that is a segscope.
        holder: Option<Holder>,
    },
    /// Requests cannot be forwarded to this upstream.
    #[error("--forward: {0}")]
    Upstream(#[from] crate::outbound::forward::UpstreamError),
    /// The requests of a page before its first call cannot be passed on to this service.
    #[error("--forward-cdn: {0}")]
    PageLoads(crate::outbound::forward::UpstreamError),
    /// Requests cannot be mirrored to this upstream.
    #[error("--mirror: {0}")]
    Mirror(#[from] crate::engine::MirrorError),
    /// The system reported another error.
    #[error("cannot listen on {addr}: {error}")]
    Io {
        /// The address.
        addr: SocketAddr,
        /// The error of the system.
        error: std::io::Error,
    },
}

/// The segscope that listens on an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its version.
    pub version: String,
    /// Its process id.
    pub pid: u64,
    /// The file of its recording.
    pub recording: Option<PathBuf>,
}

fn holder_words(holder: &Option<Holder>) -> String {
    let Some(Holder { version, pid, recording }) = holder else {
        return " by another program".to_owned();
    };
    let recording = match recording {
        Some(path) => format!(", recording to {}", path.display()),
        None => String::new(),
    };
    let text = format!(" by segscope {version} (process {pid}{recording})");
    crate::call::text::visible(&text).into_owned()
}

impl Listen {
    /// Reads `HOST:PORT`, `localhost:PORT`, `:PORT` or `PORT`.
    pub fn parse(text: &str, allow_remote: bool) -> Result<Listen, ListenError> {
        let wrong = || ListenError::NoAddress(crate::call::text::visible(text).into_owned());
        let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
        let addr = match host {
            "" | "localhost" => {
                let port: u16 = port.parse().map_err(|_| wrong())?;
                (Ipv4Addr::LOCALHOST, port).into()
            }
            _ => text.parse().map_err(|_| wrong())?,
        };
        Ok(Listen { addr, allow_remote })
    }

    /// Returns an address by which this machine reaches a listener there.
    pub fn reachable(&self) -> SocketAddr {
        let ip = match self.addr.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.addr.port())
    }

    /// Opens the address, and for 127.0.0.1 also the same port on `[::1]` if the system has IPv6, because
    /// many SDKs resolve `localhost` to that. To be called inside the runtime that accepts connections.
    pub(crate) fn bind(&self) -> Result<Vec<TcpListener>, ListenError> {
        let addr = self.addr;
        if !self.allow_remote && !addr.ip().is_loopback() {
            return Err(ListenError::Remote(addr));
        }
        for _ in 0..MAX_PORT_TRIES {
            let first = open(addr)?;
            if addr.ip() != IpAddr::V4(Ipv4Addr::LOCALHOST) {
                return Ok(vec![first]);
            }
            let port = first.local_addr().map_err(|error| ListenError::Io { addr, error })?.port();
            match open((Ipv6Addr::LOCALHOST, port).into()) {
                Ok(second) => return Ok(vec![first, second]),
                // the next port may be free on both
                Err(ListenError::Taken { .. }) if addr.port() == 0 => {}
                Err(taken @ ListenError::Taken { .. }) => return Err(taken),
                // the system has no IPv6
                Err(_) => return Ok(vec![first]),
            }
        }
        Ok(vec![open(addr)?])
    }
}

/// The maximum number of connections that wait to be accepted. Beyond it the system drops new ones,
/// and their clients try again, each a second later.
const MAX_BACKLOG: u32 = 4_096;

fn open(addr: SocketAddr) -> Result<TcpListener, ListenError> {
    let run = || {
        let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // makes a port free again as soon as the program that had it ends
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(addr)?;
        socket.listen(MAX_BACKLOG)
    };
    run().map_err(|error: std::io::Error| match error.kind() {
        ErrorKind::AddrInUse => ListenError::Taken { addr, holder: find_holder(addr) },
        _ => ListenError::Io { addr, error },
    })
}

/// Asks the program that listens there whether it is a segscope. The time and the size of its answer
/// are limited, because it may be any program.
fn find_holder(addr: SocketAddr) -> Option<Holder> {
    const PROBE_TIMEOUT: Duration = Duration::from_millis(500);
    const MAX_ANSWER_BYTES: u64 = 64 * 1024;
    let mut addr = addr;
    if addr.ip().is_unspecified() {
        addr.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let mut stream = TcpStream::connect_timeout(&addr, PROBE_TIMEOUT).ok()?;
    stream.set_read_timeout(Some(PROBE_TIMEOUT)).ok()?;
    stream.set_write_timeout(Some(PROBE_TIMEOUT)).ok()?;
    let request =
        format!("GET /_segscope/health HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    // a program may send its answer and then end the connection with an error
    let _ = stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let health: serde_json::Value = serde_json::from_str(body).ok()?;
    (health["name"] == "segscope").then(|| Holder {
        version: health["version"].as_str().unwrap_or_default().to_owned(),
        pid: health["pid"].as_u64().unwrap_or_default(),
        recording: health["recording"].as_str().map(PathBuf::from),
    })
}

/// Raises the limit of open files to the hard limit and returns it. Each connection is a file, and the
/// usual 1,024 are soon used up.
pub(crate) fn open_files() -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        // some systems report a hard limit that they do not grant
        Err(_) => limit.current.unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(listen: Listen) -> Result<Vec<TcpListener>, ListenError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let _inside = runtime.enter();
        listen.bind()
    }

    #[test]
    fn reads_the_ways_to_write_an_address() {
        for (text, want) in [
            ("127.0.0.1:7357", "127.0.0.1:7357"),
            ("localhost:0", "127.0.0.1:0"),
            (":80", "127.0.0.1:80"),
            ("8080", "127.0.0.1:8080"),
            ("[::1]:7", "[::1]:7"),
            ("0.0.0.0:7357", "0.0.0.0:7357"),
        ] {
            let listen = Listen::parse(text, false).expect(text);
            assert_eq!(listen.addr.to_string(), want);
        }
        for text in ["", "localhost", "example.com:80", "127.0.0.1", "127.0.0.1:99999", "::1:7"] {
            assert!(Listen::parse(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn other_machines_only_when_asked() {
        let mut listen = Listen { addr: "0.0.0.0:0".parse().expect("valid"), allow_remote: false };
        assert!(matches!(inside(listen), Err(ListenError::Remote(_))));
        listen.allow_remote = true;
        assert!(inside(listen).is_ok());
    }

    #[test]
    fn a_port_that_another_program_has_is_named() {
        let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = other.local_addr().expect("bound");
        // it takes the connection and says nothing, then closes
        let silent = std::thread::spawn(move || drop(other.accept()));
        let error = inside(Listen { addr, allow_remote: false }).expect_err("taken");
        silent.join().expect("no panic");
        let want =
            format!("{addr} is taken by another program; --listen 127.0.0.1:0 picks a free port");
        assert_eq!(error.to_string(), want);
    }
}
