//! The wire: captured requests of the real SDKs, read directly and replayed to a listener, and what
//! a listener has to bear besides.

mod answers;
mod bad_clients;
pub mod client;
mod http;
mod overload;
mod own_paths;
mod read_your_writes;
mod replay;
