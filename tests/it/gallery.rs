//! The gallery in `reports/gallery` is what the program writes.
//!
//! Numbers may differ in the last digits between machines (their libraries
//! round exponentials and logarithms differently), so they are compared as
//! numbers, and everything between them byte for byte.
//! `UPDATE_GALLERY=1 cargo test gallery` renews it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::{at, fixtures, read, run};

/// All files below a folder, by their path within it.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_path_buf()], BTreeSet::new());
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).expect("within").to_path_buf());
            }
        }
    }
    files
}

/// A text as its numbers and what stands between them.
fn parts(text: &str) -> (Vec<f64>, String) {
    let (mut numbers, mut rest, mut digits) = (Vec::new(), String::new(), String::new());
    let mut close = |digits: &mut String, rest: &mut String| {
        if digits.is_empty() {
            return;
        }
        match digits.parse::<f64>() {
            Ok(number) if digits.contains('.') => {
                numbers.push(number);
                rest.push('#');
            }
            // Whole numbers, names and hashes must be the same.
            _ => rest.push_str(digits),
        }
        digits.clear();
    };
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '.' || (c == '-' && digits.ends_with('e')) {
            digits.push(c);
        } else {
            close(&mut digits, &mut rest);
            rest.push(c);
        }
    }
    close(&mut digits, &mut rest);
    (numbers, rest)
}

fn same(found: &str, wanted: &str) -> bool {
    let ((numbers, text), (others, other)) = (parts(found), parts(wanted));
    text == other
        && numbers.len() == others.len()
        && numbers.iter().zip(&others).all(|(a, b)| (a - b).abs() <= 1e-9 * b.abs().max(1.0))
}

#[test]
fn the_gallery_is_what_the_program_writes() {
    let gallery = at("reports/gallery");
    let update = std::env::var_os("UPDATE_GALLERY").is_some();
    let mut problems = Vec::new();
    for name in fixtures() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join(&name);
        let plan = format!("fixtures/{name}/evenhand.toml");
        let audit = run(&["audit", &plan, "--out", &out.display().to_string()]);
        assert_eq!(audit.code, 0, "{name}: {}", audit.err);
        let summary = audit.out.split("\nWritten: ").next().unwrap_or_default();
        std::fs::write(out.join("summary.txt"), summary).expect("written");
        let target = gallery.join(&name);
        if update {
            let _ = std::fs::remove_dir_all(&target);
            for file in files(&out) {
                std::fs::create_dir_all(target.join(&file).parent().expect("a folder")).expect("made");
                std::fs::copy(out.join(&file), target.join(&file)).expect("copied");
            }
        }
        let (found, wanted) = (files(&out), files(&target));
        problems.extend(
            found.symmetric_difference(&wanted).map(|file| format!("{name}/{}: on one side only", file.display())),
        );
        for file in found.intersection(&wanted) {
            if !same(&read(&out.join(file)), &read(&target.join(file))) {
                problems.push(format!("{name}/{} differs", file.display()));
            }
        }
    }
    let stale = std::fs::read_dir(&gallery).expect("a gallery").map(|entry| entry.expect("an entry").file_name());
    let known = fixtures();
    problems.extend(
        stale
            .filter(|name| !known.contains(&name.to_string_lossy().into_owned()))
            .map(|name| format!("{name:?}: no such fixture")),
    );
    assert!(problems.is_empty(), "renew with UPDATE_GALLERY=1 cargo test gallery:\n{}", problems.join("\n"));
}

#[test]
fn numbers_are_compared_as_numbers() {
    assert!(same("a 0.30000000000000004 b", "a 0.3 b"));
    assert!(!same("a 0.31 b", "a 0.3 b") && !same("n = 10", "n = 11") && !same("a 0.3 b", "a 0.3 c"));
}
