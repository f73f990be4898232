//! The parts of segscope that need no terminal, no network, and no clock: they read calls from
//! requests and files, map them to vendors, and find what is wrong with them.
//!
//! A module imports only from modules below it (`tests/house` checks this). From the bottom:
//! [`call`], [`wire`], [`config`], [`recording`], [`objects_api`], [`fql`], [`findings`],
//! [`plan`], [`vendors`].

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod call;
pub mod config;
pub mod findings;
pub mod fql;
pub mod objects_api;
pub mod plan;
pub mod recording;
pub mod vendors;
pub mod wire;
