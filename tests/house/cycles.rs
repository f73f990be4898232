//! Files that import each other in a circle cannot be understood one at a time. An import counts
//! for the file that defines the imported name, however many re-exports are in between.

use crate::source_tree::{SourceFile, sources};
use crate::use_paths::{split_uses, words};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// The size of the largest cycle. It may only fall: whoever breaks a cycle lowers it, and nobody
/// raises it.
const MAX_CYCLE_FILES: usize = 15;

type ModulePath = Vec<String>;

/// The imports between the modules of a crate that have a file of their own.
struct ModuleGraph {
    modules: BTreeSet<ModulePath>,
    /// A re-exported name and the path that it stands for, by module and name.
    reexports: BTreeMap<(ModulePath, String), ModulePath>,
    imports: BTreeMap<ModulePath, BTreeSet<ModulePath>>,
}

fn module_path(file: &SourceFile) -> Option<ModulePath> {
    file.top_module()?;
    let path = file.path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    Some(path.split('/').map(str::to_owned).collect())
}

impl ModuleGraph {
    fn new(files: &[SourceFile]) -> ModuleGraph {
        let modules: BTreeMap<ModulePath, &SourceFile> =
            files.iter().filter_map(|file| Some((module_path(file)?, file))).collect();
        let mut graph = ModuleGraph {
            modules: modules.keys().cloned().collect(),
            reexports: BTreeMap::new(),
            imports: BTreeMap::new(),
        };
        let split: Vec<_> = modules
            .iter()
            .map(|(module, file)| (module, file.path.ends_with("mod.rs"), split_uses(&file.code())))
            .collect();
        for (module, _, (uses, _)) in &split {
            for used in uses {
                let name = used.alias.as_ref().or(used.path.last());
                if let (Some(path), Some(name)) = (graph.absolute(module, &used.path), name) {
                    graph.reexports.insert(((*module).clone(), name.clone()), path);
                }
            }
        }
        let inline = Regex::new(r"\b(?:crate|super)(?:::\w+)+").expect("a pattern");
        for (module, is_folder, (uses, code)) in &split {
            // a re-export in a folder's `mod.rs` is not a use
            let uses = uses.iter().filter(|used| !(used.is_public && *is_folder));
            let paths = uses.map(|used| used.path.clone());
            let paths = paths.chain(inline.find_iter(code).map(|path| words(path.as_str())));
            let targets = paths
                .filter_map(|path| graph.defining_module(&graph.absolute(module, &path)?, 0))
                .filter(|target| target != *module)
                .collect();
            graph.imports.insert((*module).clone(), targets);
        }
        graph
    }

    /// A path from the crate's root; `None` if it leads out of the crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<ModulePath> {
        let supers = path.iter().take_while(|word| *word == "super").count();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => {
                let parent = module.len().checked_sub(supers)?;
                Some([&module[..parent], &path[supers..]].concat())
            }
            first => {
                let child = [module, &[first.to_owned()]].concat();
                self.modules.contains(&child).then(|| [module, path].concat())
            }
        }
    }

    /// The module whose file defines what the path names.
    fn defining_module(&self, path: &[String], depth: usize) -> Option<ModulePath> {
        let length = (1..=path.len()).rev().find(|n| self.modules.contains(&path[..*n]))?;
        let (module, rest) = path.split_at(length);
        let reexport = rest.first().map(|name| (module.to_vec(), name.clone()));
        if let Some(target) = reexport.and_then(|key| self.reexports.get(&key))
            && depth < 6
        {
            let path = [&target[..], &rest[1..]].concat();
            return self.defining_module(&path, depth + 1).or(Some(module.to_vec()));
        }
        Some(module.to_vec())
    }

    fn reachable(&self, from: &ModulePath) -> BTreeSet<&ModulePath> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&ModulePath> = self.imports[from].iter().collect();
        while let Some(module) = open.pop() {
            if reached.insert(module) {
                open.extend(&self.imports[module]);
            }
        }
        reached
    }

    /// The groups of modules that all import each other, directly or not; the largest first.
    fn cycles(&self) -> Vec<Vec<String>> {
        let reachable: BTreeMap<_, _> =
            self.imports.keys().map(|module| (module, self.reachable(module))).collect();
        let mut cycles = BTreeSet::new();
        for (module, reached) in &reachable {
            let cycle: Vec<String> = reached
                .iter()
                .filter(|other| reachable[*other].contains(module))
                .map(|other| other.join("/"))
                .collect();
            if cycle.len() > 1 {
                cycles.insert(cycle);
            }
        }
        let mut cycles: Vec<_> = cycles.into_iter().collect();
        cycles.sort_by_key(|cycle| std::cmp::Reverse(cycle.len()));
        cycles
    }
}

#[test]
fn no_cycle_has_more_files_than_the_largest_one_had_before() {
    let cycles = ModuleGraph::new(&sources()).cycles();
    let largest = cycles.first().map_or(0, Vec::len);
    assert!(
        largest <= MAX_CYCLE_FILES,
        "{largest} files import each other in a cycle, more than {MAX_CYCLE_FILES}:\n{}",
        cycles[0].join("\n")
    );
}

#[test]
fn finds_cycles_through_reexports_nested_braces_and_inline_paths() {
    let files = [
        SourceFile::new("lib.rs", "mod a; mod b;"),
        SourceFile::new(
            "a/mod.rs",
            "mod one;\nmod two;\npub use one::One;\npub(crate) use two::Two as Second;",
        ),
        SourceFile::new("a/one.rs", "use super::{Second, two::{self}};\nuse std::io;"),
        SourceFile::new("a/two.rs", "fn f() { crate::b::g(); }"),
        SourceFile::new("b.rs", "use crate::a::One; // use crate::c;"),
        SourceFile::new("c.rs", "use crate::{b::g, a::{One}};"),
    ];
    assert_eq!(ModuleGraph::new(&files).cycles(), [["a/one", "a/two", "b"]]);
}

#[test]
fn a_reexport_and_an_import_in_unit_tests_make_no_cycle() {
    let files = [
        SourceFile::new("a/mod.rs", "mod one;\npub use one::One;"),
        SourceFile::new("a/one.rs", "use crate::b::B;"),
        SourceFile::new("b.rs", "struct B;\n#[cfg(test)]\nmod tests { use crate::a::One; }"),
    ];
    assert_eq!(ModuleGraph::new(&files).cycles(), Vec::<Vec<String>>::new());
}
