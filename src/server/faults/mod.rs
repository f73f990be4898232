//! Faults that are injected to show how an app and its SDK handle them (`--fault`).

mod body;
mod injector;
mod spec;

pub(crate) use body::FaultBody;
pub(crate) use injector::Faults;
pub use spec::{FaultError, FaultKind, FaultPoint, FaultRule};
