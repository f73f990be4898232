//! Rules about the source tree that the compiler does not check: layers, cycles, names, file sizes
//! and references to files.

mod cycles;
mod file_sizes;
mod layers;
mod names;
mod references;
mod release;
mod source_tree;
mod use_paths;
