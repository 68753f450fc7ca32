//! Writing files whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::error::Stop;
use crate::unfinished::{Unfinished, undisturbed, whole_file};

/// The page of an audit, its record and its table, in an output folder.
pub(super) const PAGE: &str = "report.html";
pub(super) const RECORD: &str = "audit.json";
pub(super) const TABLE: &str = "metrics.csv";

/// All three.
pub(super) const NAMES: [&str; 3] = [PAGE, RECORD, TABLE];

/// The folder of the charts, within it.
pub(super) const CHARTS: &str = "charts";

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

/// The files of an output folder, complete but not in their places.
pub(super) struct Staged {
    folder: PathBuf,
    names: Vec<String>,
    staging: TempDir,
    unfinished: Unfinished,
}

impl Staged {
    /// Writes all files beside a folder, or within it where it is there (it may be another
    /// disk).
    pub(super) fn new(folder: &Path, files: Vec<OutputFile>, inputs: &[&Path]) -> Result<Staged, Stop> {
        for file in &files {
            spare_inputs(&folder.join(&file.name), inputs)?;
        }
        let parent = parent_of(folder);
        std::fs::create_dir_all(&parent).map_err(|error| Stop::io(&parent, &error))?;
        if folder.exists() && !folder.is_dir() {
            return Err(not_a_folder(folder));
        }
        let cannot = |error: &std::io::Error| Stop::io(folder, error);
        let home = if folder.is_dir() { folder } else { &parent };
        let make = || tempfile::Builder::new().prefix(PREFIX).tempdir_in(home);
        let (staging, unfinished) = Unfinished::made(make, TempDir::path).map_err(|error| cannot(&error))?;
        for file in &files {
            let path = staging.path().join(&file.name);
            let write = || {
                path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
                std::fs::write(&path, &file.bytes)
            };
            undisturbed(write).map_err(|error| cannot(&error))?;
        }
        let names = files.into_iter().map(|file| file.name).collect();
        Ok(Staged { folder: folder.to_path_buf(), names, staging, unfinished })
    }

    /// How many files.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Moves them to their places, which takes no room on the disk.
    pub(super) fn complete(self) -> Result<(), Stop> {
        let Staged { folder, names, staging, unfinished } = self;
        let place = || {
            if folder.exists() {
                // What is left of it goes within this, too.
                let staging = staging;
                return move_into(&folder, staging.path(), &names);
            }
            let moved = readable(staging.path()).and_then(|()| std::fs::rename(staging.path(), &folder));
            moved.map_err(|error| Stop::io(&folder, &error))?;
            // It is in its place: nothing is there to be taken away.
            let _ = staging.keep();
            Ok(())
        };
        unfinished.complete(place)
    }
}

/// How names of folders and files in the making begin.
const PREFIX: &str = ".evenhand-";

fn not_a_folder(path: &Path) -> Stop {
    Stop::Files { path: path.into(), what: "is a file, not a directory".into() }
}

/// Whether files may be put into a folder that may not be there yet: asked before an
/// audit, which may take long.
pub(super) fn check_folder(folder: &Path, inputs: &[&Path]) -> Result<(), Stop> {
    NAMES.iter().try_for_each(|name| spare_inputs(&folder.join(name), inputs))?;
    leads_somewhere(folder)?;
    if let Some(name) = NAMES.iter().find(|name| folder.join(name).is_dir()) {
        return Err(is_folder(&folder.join(name)));
    }
    let charts = folder.join(CHARTS);
    if charts.exists() && !charts.is_dir() {
        return Err(not_a_folder(&charts));
    }
    let known = folder.ancestors().map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let Some(there) = known.into_iter().find(|path| path.exists()) else { return Ok(()) };
    if !there.is_dir() {
        return Err(not_a_folder(there));
    }
    let unnamable = |error: &std::io::Error| error.kind() != std::io::ErrorKind::NotFound;
    if let Err(error) = folder.symlink_metadata()
        && unnamable(&error)
    {
        return Err(Stop::io(folder, &error));
    }
    takes_more(there).map_err(|error| Stop::io(folder, &error))
}

fn leads_somewhere(path: &Path) -> Result<(), Stop> {
    match path.is_symlink() && !path.exists() {
        true => Err(Stop::Files { path: path.into(), what: "is a link that leads nowhere".into() }),
        false => Ok(()),
    }
}

fn is_folder(path: &Path) -> Stop {
    Stop::Files { path: path.into(), what: "is a directory".into() }
}

/// Whether something can be put into a folder that is there.
fn takes_more(folder: &Path) -> std::io::Result<()> {
    undisturbed(|| tempfile::Builder::new().prefix(PREFIX).tempdir_in(folder)?.close())
}

/// Whether a file may be written: asked before an audit. What is no file, such as a pipe,
/// is left alone.
pub(super) fn check_file(path: &Path) -> Result<(), Stop> {
    leads_somewhere(path)?;
    match std::fs::metadata(path) {
        Ok(known) if known.is_dir() => Err(is_folder(path)),
        Ok(known) if !known.is_file() => Ok(()),
        _ => {
            let folder = parent_of(&path.canonicalize().unwrap_or_else(|_| path.to_path_buf()));
            takes_more(&folder).map_err(|error| Stop::io(path, &error))
        }
    }
}

/// Moves files into a folder that is there, one by one; only charts of ours that are no
/// longer part of the audit are taken away.
fn move_into(folder: &Path, staging: &Path, names: &[String]) -> Result<(), Stop> {
    for own in names {
        let target = folder.join(own);
        if let Some(inner) = target.parent() {
            std::fs::create_dir_all(inner).map_err(|error| Stop::io(inner, &error))?;
        }
        std::fs::rename(staging.join(own), &target).map_err(|error| Stop::io(&target, &error))?;
    }
    for stale in std::fs::read_dir(folder.join(CHARTS)).into_iter().flatten().flatten() {
        let name = format!("{CHARTS}/{}", stale.file_name().to_string_lossy());
        let ours = crate::report::chart::KINDS.iter().any(|kind| name.starts_with(&format!("{CHARTS}/{kind}-")));
        if ours && name.ends_with(".svg") && !names.contains(&name) {
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
