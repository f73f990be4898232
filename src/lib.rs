//! segscope

pub mod filter;
