//! The rules that keep the design: imports between modules, file sizes, licences, and documents that match the code.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]

mod tidy {
    pub mod invariants;
    pub mod licences;
    pub mod rules;
    pub mod spdx;
    pub mod tree;
    pub mod words;
}

use tidy::{invariants, licences, rules, tree, words};

#[test]
fn modules_import_only_what_the_design_allows() {
    rules::imports(&tree::sources());
}

#[test]
fn import_rule_finds_every_form_of_import() {
    let found = rules::imported(
        "use crate::{app::App, units};\nfn f() { crate::cmd::run() } // crate::no\nuse crate::settings;\nuse stratus_atc::Engine;",
    );
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["app", "atc", "cmd", "settings", "units"]);
}

#[test]
fn pure_half_has_no_clock_file_thread_environment_or_chance() {
    rules::pure_words(&tree::sources());
}

#[test]
fn decisions_see_no_words() {
    rules::no_words_in_decisions(&tree::sources());
}

#[test]
fn lib_denies_the_clippy_lists_in_every_pure_module() {
    rules::denied_in_lib(&tree::read("src/lib.rs"));
    for path in rules::libraries(tree::crates()).map(|c| format!("{c}/src/lib.rs")) {
        rules::denied_in_crate(&path, &tree::read(&path));
    }
}

#[test]
fn library_crates_have_no_dependency_on_the_outside_world() {
    rules::built_with(&tree::metadata());
}

#[test]
fn files_are_short_and_start_with_their_purpose() {
    for (path, text) in tree::rust_files() {
        assert!(text.starts_with("//! "), "{path}: must begin with a //! sentence that says what it owns");
        let lines = text.lines().count();
        assert!(lines <= 600, "{path}: {lines} lines; beyond 600 a file does two jobs");
    }
}

#[test]
fn every_dependency_has_a_licence_that_fits() {
    licences::check();
}

#[test]
fn licence_rule_parses_spdx() {
    licences::self_check();
}

#[test]
fn every_invariant_names_a_test_that_runs() {
    invariants::tested();
}

#[test]
fn every_invariant_stands_under_a_module_with_its_number() {
    invariants::numbered();
    invariants::under_a_module();
}

#[test]
fn invariant_rule_reads_the_list() {
    invariants::self_check();
}

#[test]
fn test_names_have_at_most_sixty_characters() {
    rules::short_test_names(&tree::rust_files());
}

#[test]
fn tests_that_need_a_desktop_are_run_by_name() {
    rules::ignored_are_run(&tree::rust_files(), &rules::run_by_name());
}

#[test]
fn code_map_lists_every_module() {
    let text = tree::read("ARCHITECTURE.md");
    let mapped: Vec<String> = tree::section(&text, "## Code map")
        .filter_map(|l| l.strip_prefix("| `")?.split_once('`').map(|(name, _)| name.trim_end_matches('/').to_owned()))
        .collect();
    let mut wanted = [tree::modules(), tree::crates()].concat();
    wanted.sort();
    let mut found = mapped;
    found.sort();
    assert_eq!(found, wanted, "ARCHITECTURE.md's code map (left), and src and crates (right)");
}

#[test]
fn documents_match_the_code() {
    let readme = tree::read("README.md");
    for script in ["scripts/demo.sh", "scripts/test.sh"] {
        assert!(readme.contains(script), "README.md names {script}");
        assert!(tree::exists(script), "{script} exists");
    }
    for command in rules::COMMANDS {
        assert!(readme.contains(&format!("`stratus {command}")), "README.md has `stratus {command}`");
    }
    // A newcomer reads one screen.
    let first = tree::read("docs/first-run.md");
    let wide: Vec<&str> = first.lines().filter(|l| l.chars().count() > 100).collect();
    assert!(first.lines().count() <= 60 && wide.is_empty(), "docs/first-run.md is more than one screen: {wide:#?}");
    rules::narrow_documents(&tree::tracked());
    assert!(tree::read("CHANGELOG.md").contains("## Unreleased"), "CHANGELOG.md has an Unreleased section");
    for image in readme.split("](").skip(1).filter_map(|l| l.split(')').next()).filter(|l| !l.contains("://") && !l.starts_with('#')) {
        assert!(tree::exists(image), "README.md links {image}, which does not exist");
    }
}

#[test]
fn unsafe_code_is_only_in_the_listed_files() {
    rules::unsafe_files(&tree::sources());
}

#[test]
fn no_file_names_a_particular_machine() {
    rules::machine_words(&tree::tracked());
}

#[test]
fn comments_and_documents_avoid_the_banned_words() {
    words::check(&tree::tracked(), &tree::read(words::GLOSSARY));
}

#[test]
fn banned_word_rule_matches_whole_words_outside_quotes() {
    words::self_check();
}
