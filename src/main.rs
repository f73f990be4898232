//! segscope
fn main() {}
