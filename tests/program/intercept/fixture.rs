//! A listener that is a proxy, and hosts behind it.

use crate::server::client::{Client, DEADLINE, Running, start_with};
use crate::tls::client::{authority, signed_by};
use segscope::engine::IngestOptions;
use segscope::server::{HostPattern, InterceptOptions, Limits, Listen, Options};
use segscope::tls::LocalAuthority;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

pub const CALL: &str = r#"{"messageId":"m","type":"track","event":"E","userId":"u"}"#;

/// A proxy, and its authority.
pub struct Proxy {
    pub running: Running,
    pub authority: Arc<LocalAuthority>,
    _home: tempfile::TempDir,
}

/// Starts a proxy that decrypts these hosts too.
pub fn start(limits: Limits, hosts: &[&str]) -> Proxy {
    let home = tempfile::tempdir().expect("a folder");
    let authority = authority(home.path());
    let certificates = signed_by(&authority).expect("certificates");
    let hosts = hosts.iter().map(|host| HostPattern::parse(host).expect("a host")).collect();
    let intercept = Some(InterceptOptions { hosts, certificates });
    let listen = Listen::parse("0", false).expect("a port");
    let options = Options { listen, limits, intercept, ..Options::default() };
    Proxy { running: start_with(options, IngestOptions::default()), authority, _home: home }
}

impl Proxy {
    /// Asks for a connection to a host; the first line of the answer and the connection.
    pub fn connect(&self, target: &str) -> (String, TcpStream) {
        connect(self.running.listener.addr(), target)
    }

    /// Everything that the recording holds.
    pub fn recorded(&self) -> String {
        self.running.engine.settle();
        std::fs::read_to_string(self.running.recording()).expect("the recording")
    }
}

/// Asks the proxy at an address for a connection to a host.
pub fn connect(proxy: SocketAddr, target: &str) -> (String, TcpStream) {
    let mut stream = TcpStream::connect(proxy).expect("it listens");
    stream.set_read_timeout(Some(DEADLINE)).expect("a socket");
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: t/1\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    (head(&mut stream), stream)
}

/// Reads the head of an answer, and nothing behind it.
pub fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).expect("an answer") == 0 {
            break;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("text")
}

/// A host that takes one connection, reads it to its end, and then sends these bytes.
pub fn host(answer: Vec<u8>) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("bound");
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut received = Vec::new();
        stream.read_to_end(&mut received).expect("bytes");
        stream.write_all(&answer).expect("sent");
        received
    });
    (addr, thread)
}

/// A client of the proxy itself.
pub fn client(proxy: &Proxy) -> Client {
    proxy.running.client()
}
