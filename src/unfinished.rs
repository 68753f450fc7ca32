//! Files in the making, which must not stay behind when the program is stopped.

use std::fs::{File, Permissions};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static ALL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<PathBuf>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary file or folder, known as such for as long as this lives.
#[derive(Debug)]
pub(crate) struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    pub(crate) fn new(path: &Path) -> Unfinished {
        all().push(path.to_path_buf());
        Unfinished { path: path.to_path_buf() }
    }

    /// Does what turns it into an output, whole or not at all: nothing is removed while
    /// it is done.
    pub(crate) fn complete<T>(self, turn: impl FnOnce() -> T) -> T {
        let mut known = all();
        let done = turn();
        known.retain(|path| *path != self.path);
        drop(known);
        done
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        all().retain(|path| *path != self.path);
    }
}

/// Writes a file whole or not at all, by way of a temporary one beside it. What a link
/// leads to is written, and the link stays; a device or a pipe is written to as it is.
///
/// # Errors
/// When it cannot be written; nothing is left then.
pub(crate) fn whole_file(path: &Path, write: impl FnOnce(&mut File) -> std::io::Result<()>) -> std::io::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let known = std::fs::metadata(&target).ok();
    if known.as_ref().is_some_and(|known| !known.is_file() && !known.is_dir()) {
        return write(&mut File::options().write(true).open(&target)?);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    if let Some(permissions) = known.map(|known| known.permissions()).or_else(usual) {
        builder.permissions(permissions);
    }
    let mut file = builder.tempfile_in(folder)?;
    let unfinished = Unfinished::new(file.path());
    write(file.as_file_mut())?;
    unfinished.complete(|| file.persist(&target)).map_err(|failed| failed.error)?;
    Ok(())
}

/// A temporary file is for its owner alone; an output is for everyone whom the system's
/// settings allow.
#[cfg(unix)]
fn usual() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual() -> Option<Permissions> {
    None
}

/// Removes all of them. The program must end after it.
pub(crate) fn remove_all() {
    for path in all().drain(..) {
        // Nobody is left to tell of a failure.
        let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_complete_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "x").expect("written");
            path
        };
        let (one, two, three) = (file("one"), file("two"), file("three"));
        let _one = Unfinished::new(&one);
        drop(Unfinished::new(&two));
        Unfinished::new(&three).complete(|| std::fs::rename(&three, folder.path().join("four")).expect("moved"));
        remove_all();
        assert_eq!((one.exists(), two.exists(), folder.path().join("four").exists()), (false, true, true));
    }
}
