//! segscope
