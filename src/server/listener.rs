//! The listener: accepts connections, ends the slow ones, and stops.

use crate::call::time;
use crate::debug_log::ThreadLog;
use crate::engine::{Engine, Mirror, MirrorOptions};
use crate::outbound::forward::ViaName;
use crate::server::bind::{Listen, ListenError, open_files};
use crate::server::body_error::BodyError;
use crate::server::connection_notice::ConnectionNotice;
use crate::server::connection_state::{CoarseClock, Phase, PhaseCell};
use crate::server::faults::{FaultRule, Faults};
use crate::server::forward::{ForwardOptions, Forwarder};
use crate::server::handshake::FailedHandshakes;
use crate::server::intercept::{InterceptOptions, Interceptor};
use crate::server::limits::Limits;
use crate::server::listener_counts::{ListenerCounts, TunnelCounts};
use crate::server::listener_threads::{ListenerThreads, ServingThreads};
use crate::server::page_loads::{PageLoadOptions, PageLoads};
use crate::server::token::ApiToken;
use crate::server::{api, body, connection, eviction};
use crate::tls::ServerCertificates;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// The options of a listener.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The addresses to listen on.
    pub listen: Listen,
    /// The limits on connections, memory and time.
    pub limits: Limits,
    /// The token that lets other machines use segscope's own paths.
    pub token: Option<ApiToken>,
    /// The upstream that requests are forwarded to.
    pub forward: Option<ForwardOptions>,
    /// The certificates for TLS connections on the same addresses. Without them there is no TLS.
    pub certificates: Option<Arc<ServerCertificates>>,
    /// The options of the proxy, if the listener is one.
    pub intercept: Option<InterceptOptions>,
    /// The services that page loads are fetched from.
    pub page_loads: Option<PageLoadOptions>,
    /// The upstream that requests are mirrored to.
    pub mirror: Option<MirrorOptions>,
    /// The faults that are injected.
    pub faults: Vec<FaultRule>,
    /// The seed that decides which requests get a fault with a share. Without it, each run uses
    /// another one.
    pub fault_seed: Option<u64>,
}

/// The number of open files reserved for the recording, the terminal and the files that the user
/// opens.
const RESERVED_FILES: u64 = 128;

/// The state that all connections share.
pub(crate) struct Server {
    pub engine: Arc<Engine>,
    pub addrs: Vec<SocketAddr>,
    /// The first address as text.
    pub here: String,
    pub limits: Limits,
    pub room: Semaphore,
    pub clock: Arc<CoarseClock>,
    pub token: Option<ApiToken>,
    pub forwarder: Option<Forwarder>,
    pub certificates: Option<Arc<ServerCertificates>>,
    pub interceptor: Option<Interceptor>,
    pub(crate) failed_handshakes: FailedHandshakes,
    pub page_loads: Option<PageLoads>,
    /// The name of this segscope in the `Via` of mirrored requests.
    pub mirror_via: Option<ViaName>,
    pub faults: Faults,
    /// The limits of segscope's own paths.
    pub own: api::Bounds,
    threads: ServingThreads,
    pub(crate) connections: Arc<Semaphore>,
    pub(crate) most: usize,
    watched: Mutex<Vec<Weak<PhaseCell>>>,
    tls_hellos: AtomicU64,
    turned_away: AtomicU64,
    too_slow: AtomicU64,
    pub(crate) closed: AtomicU64,
    /// The number of closed connections in the last notice to the user.
    notified_closed: AtomicU64,
}

impl Server {
    pub fn counts(&self) -> ListenerCounts {
        ListenerCounts {
            connections: self.threads.open_connections(),
            tls_hellos: self.tls_hellos.load(Ordering::Relaxed),
            tls_failed: self.failed_handshakes.count(),
            turned_away: self.turned_away.load(Ordering::Relaxed),
            too_slow: self.too_slow.load(Ordering::Relaxed),
            closed: self.closed.load(Ordering::Relaxed),
            tunnels: self.interceptor.as_ref().map_or_else(Default::default, Interceptor::counts),
        }
    }

    /// Notifies the user of connections that were closed to make room: of the first one, and each
    /// time that the number has doubled.
    fn notify_closed(&self) {
        let closed = self.closed.load(Ordering::Relaxed);
        if closed > 0 && closed >= 2 * self.notified_closed.load(Ordering::Relaxed) {
            self.notified_closed.store(closed, Ordering::Relaxed);
            tracing::warn!(closed, most = self.most, "connections were closed to make room");
            self.engine.notice(ConnectionNotice::Crowded { closed, most: self.most }.to_string());
        }
    }

    /// Returns true if there is only one connection.
    pub(crate) fn has_one_connection(&self) -> bool {
        self.threads.open_connections() == 1
    }

    pub fn watch(&self, watch: &Arc<PhaseCell>) {
        self.watched().push(Arc::downgrade(watch));
    }

    pub(crate) fn watched(&self) -> std::sync::MutexGuard<'_, Vec<Weak<PhaseCell>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn saw_tls(&self, remote: SocketAddr) {
        self.tls_hellos.fetch_add(1, Ordering::Relaxed);
        self.engine.notice(ConnectionNotice::Tls { remote }.to_string());
    }

    pub fn saw_trouble(&self, trouble: &BodyError) {
        match trouble {
            BodyError::Busy { .. } => self.turned_away.fetch_add(1, Ordering::Relaxed),
            BodyError::TooSlow => self.too_slow.fetch_add(1, Ordering::Relaxed),
            BodyError::TooLarge { .. }
            | BodyError::ClientGone { .. }
            | BodyError::Malformed { .. } => 0,
        };
    }

    /// Ends the connections that have been in one phase for too long.
    fn sweep(&self) {
        self.clock.tick();
        self.watched().retain(|watch| {
            let Some(watch) = watch.upgrade() else { return false };
            let (start, lasted) = watch.phase_start();
            let over = match start.phase() {
                Phase::Fresh => lasted > self.limits.fresh.min(self.limits.idle),
                Phase::Idle | Phase::Responding | Phase::Flushing => lasted > self.limits.idle,
                Phase::Head | Phase::Handshake => lasted > self.limits.head,
                Phase::Tunnel => lasted > self.limits.tunnel_idle,
                Phase::HalfTunnel => lasted > self.limits.half_tunnel_idle,
                Phase::Busy | Phase::Body => false,
            };
            if over {
                watch.end_in(start, false);
            }
            true
        });
    }
}

/// A running listener. It stops when it is dropped.
pub struct Listener {
    server: Arc<Server>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
    mirror: Option<Mirror>,
}

impl Listener {
    /// Opens the addresses and starts the threads of the listener.
    pub fn start(options: &Options, engine: Arc<Engine>) -> Result<Listener, ListenError> {
        let files = open_files().saturating_sub(RESERVED_FILES).max(16);
        // each tunnel has a second connection, to the other host
        let tunnels = if options.intercept.is_some() { options.limits.tunnels as u64 } else { 0 };
        let files = files.saturating_sub(tunnels).max(files / 2);
        let most = options.limits.connections.min(usize::try_from(files).unwrap_or(usize::MAX));
        if options.intercept.is_some() && !options.listen.addr.ip().is_loopback() {
            return Err(ListenError::RemoteProxy(options.listen.addr));
        }
        let failed = |error| ListenError::Io { addr: options.listen.addr, error };
        let threads = ListenerThreads::start().map_err(failed)?;
        let sockets = {
            let _inside = threads.enter();
            options.listen.bind().inspect_err(|_| {
                tracing::warn!(addr = %options.listen.addr, "could not listen");
            })?
        };
        let addrs = sockets.iter().map(|socket| socket.local_addr());
        let addrs: Vec<SocketAddr> = addrs.collect::<Result<_, _>>().map_err(failed)?;
        let forward = options.forward.clone();
        let forwarder = forward.map(|forward| Forwarder::new(forward, &addrs)).transpose()?;
        let intercept = options.intercept.as_ref();
        let interceptor = intercept.map(|it| Interceptor::new(it, &options.limits, &addrs));
        let loads = options.page_loads.clone();
        let page_loads = loads.map(|it| PageLoads::new(it, &addrs)).transpose();
        let page_loads = page_loads.map_err(ListenError::PageLoads)?;
        let mirror = options.mirror.clone();
        let mirror = mirror.map(|it| Mirror::start(it, Arc::clone(&engine), &addrs)).transpose()?;
        let seed = options.fault_seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
        let server = Arc::new(Server {
            engine,
            forwarder,
            certificates: options.certificates.clone(),
            interceptor,
            failed_handshakes: FailedHandshakes::default(),
            page_loads,
            mirror_via: mirror.as_ref().map(|mirror| mirror.via().clone()),
            faults: Faults::new(options.faults.clone(), seed),
            here: addrs[0].to_string(),
            addrs,
            token: options.token.clone(),
            own: api::Bounds::default(),
            limits: options.limits.clone(),
            room: body::room(options.limits.memory),
            clock: Arc::new(CoarseClock::new(Instant::now())),
            threads: threads.serving(),
            connections: Arc::new(Semaphore::new(most)),
            most,
            watched: Mutex::default(),
            tls_hellos: AtomicU64::new(0),
            turned_away: AtomicU64::new(0),
            too_slow: AtomicU64::new(0),
            closed: AtomicU64::new(0),
            notified_closed: AtomicU64::new(0),
        });
        for addr in &server.addrs {
            tracing::info!(%addr, max_connections = most, "listening");
        }
        let (stop, stopped) = watch::channel(false);
        let shared = server.clone();
        let thread = std::thread::Builder::new()
            .name("listener".to_owned())
            .spawn(move || threads.run(run(shared, sockets, stopped)))
            .map_err(failed)?;
        Ok(Listener { server, stop, thread: Some(thread), mirror })
    }

    /// Returns the first address.
    pub fn addr(&self) -> SocketAddr {
        self.server.addrs[0]
    }

    /// Returns all addresses.
    pub fn addrs(&self) -> &[SocketAddr] {
        &self.server.addrs
    }

    /// Returns the URL to set as an SDK's host.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.here)
    }

    /// Returns all base URLs: the http one, and the https one if the listener has TLS.
    pub fn urls(&self) -> Vec<String> {
        let secure =
            self.server.certificates.as_ref().map(|_| format!("https://{}", self.server.here));
        std::iter::once(self.url()).chain(secure).collect()
    }

    /// Describes in one line the URL, the options, and the access of other machines.
    pub fn reach(&self) -> String {
        let others = match (&self.server.token, self.addr().ip().is_loopback()) {
            (_, true) => "",
            (None, false) => {
                " (other machines can send calls; /_segscope answers this machine only, --token FILE lets others use it)"
            }
            (Some(_), false) => {
                " (other machines can send calls; /_segscope answers this machine, and others that send the token)"
            }
        };
        let forwarded = self.server.forwarder.as_ref();
        let forwarded =
            forwarded.map_or(String::new(), |it| format!(" (forwarding to {})", it.url()));
        let tls = if self.server.certificates.is_some() { " (https too)" } else { "" };
        let proxy = match self.server.interceptor.is_some() {
            true => " (https proxy: HTTPS_PROXY may name it)",
            false => "",
        };
        let mirrored = self.mirror.as_ref();
        let mirrored = mirrored.map_or(String::new(), |it| format!(" (mirroring to {})", it.url()));
        format!("{}{tls}{proxy}{forwarded}{mirrored}{others}", self.url())
    }

    /// Returns the counters.
    pub fn counts(&self) -> ListenerCounts {
        self.server.counts()
    }

    /// Stops accepting connections, waits for open requests to end, and joins the threads.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // the send fails if the thread has ended already
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            // the panic hook has reported a panic of the thread, and a drop must not panic again
            let _ = thread.join();
        }
        // the mirror is dropped last, because it sends the requests that were answered last
        self.mirror = None;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.end();
    }
}

async fn run(server: Arc<Server>, sockets: Vec<TcpListener>, mut stop: watch::Receiver<bool>) {
    for socket in sockets {
        tokio::spawn(accept(server.clone(), socket, stop.clone()));
    }
    let _thread = ThreadLog::begin("listener");
    let limits = &server.limits;
    let tick = (limits.head.min(limits.idle).min(limits.fresh) / 4)
        .clamp(Duration::from_millis(10), Duration::from_secs(1));
    let mut ticks = interval(tick);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // an error means that the `Listener` was dropped
            _ = stop.changed() => break,
            _ = ticks.tick() => {
                server.sweep();
                server.notify_closed();
                server.engine.tick(time::now());
            }
        }
    }
    // each connection holds one permit; connections that are still open after the timeout are cut
    let all = server.connections.acquire_many(u32::try_from(server.most).unwrap_or(u32::MAX));
    let is_drained = timeout(limits.drain, all).await.is_ok();
    let counts = server.counts();
    let TunnelCounts { all: tunnels, refused: tunnels_refused, .. } = counts.tunnels;
    tracing::info!(
        is_drained,
        connections = counts.connections,
        tls_hellos = counts.tls_hellos,
        tls_failed = counts.tls_failed,
        turned_away = counts.turned_away,
        too_slow = counts.too_slow,
        closed = counts.closed,
        tunnels,
        tunnels_refused,
        "stopped listening"
    );
}

/// Accepts connections. If few permits are left, idle and slow connections are closed.
async fn accept(server: Arc<Server>, socket: TcpListener, mut stop: watch::Receiver<bool>) {
    loop {
        let next = async {
            let permit = eviction::for_connection(&server).await;
            (permit, socket.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            _ = stop.changed() => return,
            next = next => next,
        };
        let Ok((stream, remote)) = accepted else {
            tracing::warn!("a connection could not be accepted");
            // out of files, or the client has left already; the next connection may still succeed
            server.close_some_connections();
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        // answers must be sent at once; if the option cannot be set, they are only slower
        let _ = stream.set_nodelay(true);
        let (shared, stop) = (server.clone(), stop.clone());
        let serve = |stream, counted| async move {
            tracing::debug!(open = shared.threads.open_connections(), "connection opened");
            connection::serve(shared.clone(), stream, remote, stop).await;
            drop((counted, permit));
            tracing::debug!(open = shared.threads.open_connections(), "connection closed");
        };
        if let Err(error) = server.threads.serve(stream, serve) {
            tracing::warn!(%error, "a connection could not be served");
        }
    }
}
