//! The wire: captured requests of the real SDKs, read directly and replayed to a listener, and what
//! a listener has to bear besides.

mod captures;
mod client;
mod crowded;
mod hostile;
mod http;
mod load;
mod own;
mod replay;
