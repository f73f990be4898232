//! The bounds of tunnels.

use super::fixture::{CALL, client, start};
use crate::server::client::until;
use segscope::server::Limits;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// A host that takes connections and says nothing.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("bound").to_string();
    (listener, addr)
}

fn ends(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0]), Ok(0) | Err(_))
}

#[test]
fn more_tunnels_than_there_may_be_are_refused_and_counted() {
    let half_tunnel_idle = Duration::from_millis(100);
    let proxy = start(Limits { tunnels: 2, half_tunnel_idle, ..Limits::default() }, &[]);
    let (_host, addr) = silent();
    let mut open: Vec<TcpStream> = (0..2).map(|_| proxy.connect(&addr).1).collect();
    let (answer, mut stream) = proxy.connect(&addr);
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    let mut reason = String::new();
    stream.read_to_string(&mut reason).expect("text");
    assert_eq!(reason, "segscope: at most 2 connections to other hosts are open at a time\n");
    let counts = proxy.running.listener.counts().tunnels;
    assert_eq!((counts.open, counts.refused), (2, 1));
    let told = proxy.running.engine.stats().problem.expect("the user is told");
    assert!(told.contains("1 connections to other hosts were refused"), "{told}");
    // calls are taken all the same, and a client that leaves makes room, even if its host does not
    // notice
    assert_eq!(client(&proxy).post("/v1/track", CALL).status, 200);
    open.pop();
    until("there is room", || proxy.connect(&addr).0.starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_silent_tunnel_is_ended_and_a_busy_one_is_not() {
    let limits = Limits {
        head: Duration::from_millis(100),
        tunnel_idle: Duration::from_millis(300),
        fresh: Duration::from_millis(100),
        ..Limits::default()
    };
    let proxy = start(limits, &[]);
    let (host, addr) = silent();
    let (_, mut idle) = proxy.connect(&addr);
    let _other_end = host.accept().expect("a connection");
    let (_, mut busy) = proxy.connect(&addr);
    let (mut far, _) = host.accept().expect("a connection");
    let idle = std::thread::spawn(move || ends(&mut idle));
    let mut sent = 0;
    // until the silent one has ended, the other one is used
    until("the silent one ends", || {
        busy.write_all(b"x").expect("sent");
        far.read_exact(&mut [0]).expect("it arrives");
        sent += 1;
        idle.is_finished()
    });
    assert!(idle.join().expect("no panic") && sent > 1);
    assert_eq!(proxy.running.listener.counts().tunnels.open, 1);
}

#[test]
fn stopping_ends_tunnels_at_once() {
    let proxy = start(Limits { drain: Duration::from_secs(60), ..Limits::default() }, &[]);
    let (_host, addr) = silent();
    let (_, mut stream) = proxy.connect(&addr);
    proxy.running.listener.stop();
    assert!(ends(&mut stream));
}
