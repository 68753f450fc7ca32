//! Writing files whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::Stop;
use crate::unfinished::{Unfinished, whole_file};

/// One file of an output folder: its name within it, and its bytes.
pub(super) struct OutputFile {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl OutputFile {
    pub(super) fn new(name: &str, text: String) -> OutputFile {
        OutputFile { name: name.to_string(), bytes: text.into_bytes() }
    }
}

/// Writes all files into a folder. They are first written beside it, or within it where it
/// is there (it may be another disk), and moved when all of them are complete.
pub(super) fn write_folder(folder: &Path, files: &[OutputFile], inputs: &[&Path]) -> Result<(), Stop> {
    for file in files {
        spare_inputs(&folder.join(&file.name), inputs)?;
    }
    let parent = parent_of(folder);
    std::fs::create_dir_all(&parent).map_err(|error| Stop::io(&parent, &error))?;
    if folder.exists() && !folder.is_dir() {
        return Err(Stop::Files { path: folder.into(), what: "is a file, not a directory".into() });
    }
    let cannot = |error: &std::io::Error| Stop::io(folder, error);
    let home = if folder.is_dir() { folder } else { &parent };
    let staging = tempfile::Builder::new().prefix(".evenhand-").tempdir_in(home).map_err(|error| cannot(&error))?;
    let unfinished = Unfinished::new(staging.path());
    for file in files {
        let path = staging.path().join(&file.name);
        if let Some(inner) = path.parent() {
            std::fs::create_dir_all(inner).map_err(|error| cannot(&error))?;
        }
        std::fs::write(&path, &file.bytes).map_err(|error| cannot(&error))?;
    }
    if !folder.exists() {
        readable(staging.path()).map_err(|error| cannot(&error))?;
        let move_all = || std::fs::rename(staging.keep(), folder);
        return unfinished.complete(move_all).map_err(|error| cannot(&error));
    }
    unfinished.complete(|| move_into(folder, staging.path(), files))
}

/// Moves files into a folder that is there, one by one; only charts of ours that are no
/// longer part of the audit are taken away.
fn move_into(folder: &Path, staging: &Path, files: &[OutputFile]) -> Result<(), Stop> {
    for file in files {
        let target = folder.join(&file.name);
        if let Some(inner) = target.parent() {
            std::fs::create_dir_all(inner).map_err(|error| Stop::io(inner, &error))?;
        }
        std::fs::rename(staging.join(&file.name), &target).map_err(|error| Stop::io(&target, &error))?;
    }
    for stale in std::fs::read_dir(folder.join("charts")).into_iter().flatten().flatten() {
        let name = format!("charts/{}", stale.file_name().to_string_lossy());
        let ours = crate::report::chart::KINDS.iter().any(|kind| name.starts_with(&format!("charts/{kind}-")));
        if ours && name.ends_with(".svg") && !files.iter().any(|file| file.name == name) {
            std::fs::remove_file(stale.path()).map_err(|error| Stop::io(stale.path(), &error))?;
        }
    }
    Ok(())
}

/// A temporary folder is for its owner alone; an output is for everyone the
/// system's settings allow.
#[cfg(unix)]
fn readable(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Writes one file.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    whole_file(path, |file| file.write_all(bytes)).map_err(|error| Stop::io(path, &error))
}

/// Refuses an output that is the data, the demographics or the plan itself,
/// under whatever name.
pub(super) fn spare_inputs(output: &Path, inputs: &[&Path]) -> Result<(), Stop> {
    match inputs.iter().any(|input| same_file(input, output)) {
        true => Err(Stop::Usage(format!("{} is an input: name another file to write", output.display()))),
        false => Ok(()),
    }
}

#[cfg(unix)]
fn same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    identity(one).is_some() && identity(one) == identity(other)
}

#[cfg(not(unix))]
fn same_file(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).ok();
    whole(one).is_some() && whole(one) == whole(other)
}

fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Prints to standard output; a reader that went away is no error of ours.
pub(super) fn print(text: &str) -> Result<(), Stop> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Stop::Closed,
        _ => Stop::io("standard output", &error),
    })
}
