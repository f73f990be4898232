//! The threads of a listener. Each connection stays on the thread that got it, so connections do not
//! move between threads, and a thread seldom wakes another one. Which one gets a connection depends on
//! the number of connections alone, not on how busy they are.

use crate::debug_log::ThreadLog;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use tokio::net::TcpStream;
use tokio::runtime::{self, EnterGuard, Handle, Runtime};
use tokio::sync::watch;

/// The maximum number of threads that serve connections. The recording has one order, so more
/// threads would mostly wait for each other.
const MAX_THREADS: usize = 4;

/// The threads of a listener, each with a runtime of its own. They stop when this is dropped.
pub(crate) struct ListenerThreads {
    /// The runtime of the thread that accepts connections. It serves connections too.
    first: Runtime,
    others: Vec<JoinHandle<()>>,
    /// The other threads stop when this is dropped.
    stop: watch::Sender<()>,
    serving: ServingThreads,
}

/// The threads that take connections.
#[derive(Clone)]
pub(crate) struct ServingThreads(Arc<[ServingThread]>);

struct ServingThread {
    runtime: Handle,
    /// The number of its open connections.
    open: Arc<AtomicUsize>,
}

/// Counts a connection of a thread as open until it is dropped.
pub(crate) struct OpenConnection(Arc<AtomicUsize>);

impl ListenerThreads {
    /// Starts a thread for each processor up to the maximum, except the first, which is the one that
    /// calls [`ListenerThreads::run`].
    pub fn start() -> io::Result<ListenerThreads> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        ListenerThreads::with_threads(processors.min(MAX_THREADS))
    }

    fn with_threads(threads: usize) -> io::Result<ListenerThreads> {
        let (stop, stopped) = watch::channel(());
        let first = runtime::Builder::new_current_thread().enable_all().build()?;
        let mut serving = vec![ServingThread::new(&first)];
        let mut others = Vec::new();
        for _ in 1..threads {
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            serving.push(ServingThread::new(&runtime));
            let mut stopped = stopped.clone();
            let thread = std::thread::Builder::new().name("listener".to_owned());
            others.push(thread.spawn(move || {
                let _thread = ThreadLog::begin("listener");
                // an error means that the sender was dropped
                let _ = runtime.block_on(stopped.changed());
            })?);
        }
        Ok(ListenerThreads { first, others, stop, serving: ServingThreads(serving.into()) })
    }

    /// Enters the runtime of the thread that accepts connections.
    pub fn enter(&self) -> EnterGuard<'_> {
        self.first.enter()
    }

    /// Returns the threads that take connections.
    pub fn serving(&self) -> ServingThreads {
        self.serving.clone()
    }

    /// Runs a future on this thread, and then stops all threads. The connections that are open then
    /// are cut.
    pub fn run(self, work: impl Future<Output = ()>) {
        let ListenerThreads { first, others, stop, .. } = self;
        first.block_on(work);
        drop(stop);
        for thread in others {
            // the panic hook has reported a panic of the thread
            let _ = thread.join();
        }
    }
}

impl ServingThread {
    fn new(runtime: &Runtime) -> ServingThread {
        ServingThread { runtime: runtime.handle().clone(), open: Arc::default() }
    }
}

impl ServingThreads {
    /// Returns the number of open connections.
    pub fn open_connections(&self) -> usize {
        self.0.iter().map(|thread| thread.open.load(Ordering::SeqCst)).sum()
    }

    /// Serves a connection on the thread that has the fewest connections. It counts as open until
    /// `serve` drops the count that it gets.
    ///
    /// # Errors
    /// Fails if the system does not let the thread wait for the connection's events.
    pub fn serve<F>(
        &self,
        stream: TcpStream,
        serve: impl FnOnce(TcpStream, OpenConnection) -> F,
    ) -> io::Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        // the first thread also accepts connections, so it is chosen last
        let fewest = self.0.iter().rev().min_by_key(|thread| thread.open.load(Ordering::Relaxed));
        let thread = fewest.expect("there is at least one thread");
        let counted = OpenConnection::new(&thread.open);
        let stream = stream.into_std()?;
        let served = {
            let _inside = thread.runtime.enter();
            serve(TcpStream::from_std(stream)?, counted)
        };
        thread.runtime.spawn(served);
        Ok(())
    }
}

impl OpenConnection {
    fn new(open: &Arc<AtomicUsize>) -> OpenConnection {
        open.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(open))
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        // the thread that closes the last connection sees that no other is open
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::net::{TcpListener, TcpStream as Client};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread::{self, ThreadId};
    use std::time::{Duration, Instant};
    use tokio::sync::oneshot;

    /// A connection to serve, and its client.
    fn connect(listener: &TcpListener) -> (TcpStream, Client) {
        let client = Client::connect(listener.local_addr().expect("bound")).expect("connected");
        client.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
        let (stream, _) = listener.accept().expect("accepted");
        stream.set_nonblocking(true).expect("a mode");
        (TcpStream::from_std(stream).expect("watched"), client)
    }

    /// Serves a connection that reports its thread and stays open until the returned sender is
    /// dropped.
    fn serve(
        threads: &ServingThreads,
        stream: TcpStream,
        seen: &Sender<ThreadId>,
    ) -> oneshot::Sender<()> {
        let (end, ended) = oneshot::channel();
        let seen = seen.clone();
        let serve = |stream, counted| async move {
            seen.send(thread::current().id()).expect("the test waits");
            let _ = ended.await;
            drop((stream, counted));
        };
        threads.serve(stream, serve).expect("served");
        end
    }

    /// Lets the tasks of this thread run until there is a value.
    async fn until<T>(what: &str, mut value: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            assert!(Instant::now() < deadline, "never: {what}");
            match value() {
                Some(value) => return value,
                None => tokio::task::yield_now().await,
            }
        }
    }

    async fn next(seen: &Receiver<ThreadId>) -> ThreadId {
        until("it is served", || seen.try_recv().ok()).await
    }

    #[test]
    fn the_thread_with_the_fewest_connections_serves_the_next_one() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let threads = ListenerThreads::with_threads(3).expect("threads");
        let serving = threads.serving();
        threads.run(async move {
            let (seen, threads_seen) = channel();
            let mut open = Vec::new();
            for _ in 0..6 {
                let (stream, client) = connect(&listener);
                let end = serve(&serving, stream, &seen);
                open.push((next(&threads_seen).await, end, client));
            }
            for (thread, ..) in &open {
                let count = open.iter().filter(|(other, ..)| other == thread).count();
                assert_eq!(count, 2, "each thread serves two connections");
            }
            let (left, end, mut client) = open.remove(4);
            drop(end);
            until("it is closed", || (serving.open_connections() == 5).then_some(())).await;
            assert_eq!(client.read(&mut [0]).expect("its end"), 0);
            let (stream, _client) = connect(&listener);
            let _end = serve(&serving, stream, &seen);
            assert_eq!(next(&threads_seen).await, left);
        });
    }

    #[test]
    fn connections_that_are_still_open_at_the_end_are_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let threads = ListenerThreads::with_threads(2).expect("threads");
        let serving = threads.serving();
        let (clients, cut) = channel();
        let mut ends = Vec::new();
        threads.run(async {
            let (seen, threads_seen) = channel();
            for _ in 0..4 {
                let (stream, client) = connect(&listener);
                ends.push(serve(&serving, stream, &seen));
                next(&threads_seen).await;
                clients.send(client).expect("the test waits");
            }
        });
        for mut client in cut.try_iter() {
            assert_eq!(client.read(&mut [0]).expect("its end"), 0);
        }
        assert!(ends.iter().all(oneshot::Sender::is_closed), "its task has ended");
    }
}
