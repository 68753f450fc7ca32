//! Which files a path stands for: one, those of a pattern, those of a folder.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::super::error::TallyError;
use super::bytes::is_compressed;
use super::cloud::{is_remote, listed};
use super::file::unopenable;
use super::format::is_data;

/// A file, and the columns that the names of its folders give to all of its rows.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) constants: Vec<(String, String)>,
}

/// The files behind paths, each path's in the order of their names. A folder stands for
/// all data files in it and below; folders such as `year=2024` are columns.
pub(super) fn expand(paths: &[PathBuf]) -> Result<Vec<Found>, TallyError> {
    let mut found = Vec::new();
    for path in paths {
        if is_remote(path) {
            let found_there = listed(path)?.into_iter();
            found.extend(found_there.map(|path| Found { constants: constants(&path), path }));
        } else if path.is_dir() {
            found.extend(of_folder(path)?);
        } else if is_pattern(path) && !path.exists() {
            found.extend(of_pattern(path)?);
        } else {
            found.push(Found { path: path.clone(), constants: Vec::new() });
        }
    }
    // Read twice, everyone in it would count twice.
    let mut seen = HashSet::new();
    for Found { path, .. } in &found {
        if !seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            let reason = "is named twice: its rows would count twice".to_string();
            return Err(TallyError::Unopenable { file: path.clone(), reason });
        }
    }
    Ok(found)
}

fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

fn of_pattern(pattern: &Path) -> Result<Vec<Found>, TallyError> {
    let wrong = |reason: String| TallyError::Unopenable { file: pattern.into(), reason };
    let paths =
        glob::glob(&pattern.to_string_lossy()).map_err(|error| wrong(format!("is no pattern: {}", error.msg)))?;
    let paths: Result<Vec<PathBuf>, TallyError> =
        paths.map(|path| path.map_err(|error| unopenable(error.path(), error.error()))).collect();
    let (mut folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) = paths?.into_iter().partition(|path| path.is_dir());
    // Folders, such as `month=*`, where there are no files of such a name.
    if files.is_empty() {
        for folder in folders.drain(..) {
            files.extend(of_folder(&folder)?.into_iter().map(|found| found.path));
        }
    }
    if files.is_empty() {
        return Err(wrong("no file has such a name".into()));
    }
    let found: Vec<Found> = files.into_iter().map(|path| Found { constants: constants(&path), path }).collect();
    without_copies(&found)?;
    Ok(found)
}

/// An error where a file lies beside itself, compressed, as `gzip -k` leaves it: everyone in
/// it would count twice.
fn without_copies(found: &[Found]) -> Result<(), TallyError> {
    let names: HashSet<&Path> = found.iter().map(|found| found.path.as_path()).collect();
    let is_copy = |path: &Path| is_compressed(path) && names.contains(path.with_extension("").as_path());
    match found.iter().find(|found| is_copy(&found.path)) {
        None => Ok(()),
        Some(Found { path, .. }) => {
            let reason = "lies beside a file of the same name that is not compressed, and their rows would count \
                          twice: take one away, or name the files one by one";
            Err(TallyError::Unopenable { file: path.clone(), reason: reason.into() })
        }
    }
}

fn of_folder(folder: &Path) -> Result<Vec<Found>, TallyError> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    let mut seen = HashSet::new();
    while let Some(here) = folders.pop() {
        // A link may lead back to where it came from.
        if !seen.insert(here.canonicalize().map_err(|error| unopenable(&here, &error))?) {
            continue;
        }
        let entries = std::fs::read_dir(&here).map_err(|error| unopenable(&here, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| unopenable(&here, &error))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            // What writers leave beside the data, such as _SUCCESS.
            if name.starts_with(['.', '_']) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if is_data(&path) {
                let constants = constants(path.strip_prefix(folder).unwrap_or(&path));
                found.push(Found { path, constants });
            }
        }
    }
    found.sort_by(|one, two| one.path.cmp(&two.path));
    without_copies(&found)?;
    match found.is_empty() {
        true => Err(TallyError::Unopenable {
            file: folder.into(),
            reason: "is a directory without data files: name a file, or a folder with .csv, .parquet or other data"
                .into(),
        }),
        false => Ok(found),
    }
}

/// Columns from folders named `column=value`, in which `%20` and the like stand for
/// characters; an empty value, or what Hive calls null, is none.
fn constants(path: &Path) -> Vec<(String, String)> {
    let folders = path.parent().into_iter().flat_map(Path::components);
    let pair = |component: Component<'_>| {
        let text = component.as_os_str().to_string_lossy().into_owned();
        let (column, value) = text.split_once('=')?;
        let value = if value == "__HIVE_DEFAULT_PARTITION__" { "" } else { value };
        // What is no text stays as it stands, so that different names stay different.
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().map_or(text.to_string(), |text| text.into());
        (!column.is_empty()).then(|| (decoded(column), decoded(value)))
    };
    folders.filter_map(pair).collect()
}
