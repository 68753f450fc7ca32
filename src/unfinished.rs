//! Files in the making, which must not stay behind when the program is stopped.

use std::fs::{File, Permissions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

static ALL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Held while outputs are put in place of which none may be there without the others.
static TOGETHER: Mutex<()> = Mutex::new(());

/// Whether an output is in its place.
static PLACED: AtomicBool = AtomicBool::new(false);

fn all() -> MutexGuard<'static, Vec<PathBuf>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary file or folder, known as such for as long as this lives.
#[derive(Debug)]
pub(crate) struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// Makes it, and knows of it before anybody could ask.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn made<T>(
        make: impl FnOnce() -> std::io::Result<T>,
        path: impl FnOnce(&T) -> &Path,
    ) -> std::io::Result<(T, Unfinished)> {
        let mut known = all();
        let made = make()?;
        let path = path(&made).to_path_buf();
        known.push(path.clone());
        Ok((made, Unfinished { path }))
    }

    /// Does what turns it into an output, whole or not at all: nothing is removed while
    /// it is done.
    pub(crate) fn complete<T, E>(self, turn: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut known = all();
        let done = turn();
        known.retain(|path| *path != self.path);
        PLACED.fetch_or(done.is_ok(), Ordering::SeqCst);
        drop(known);
        done
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        all().retain(|path| *path != self.path);
    }
}

/// Does what is short and must not meet the removal of a folder in which it is done.
pub(crate) fn undisturbed<T>(run: impl FnOnce() -> T) -> T {
    let _known = all();
    run()
}

/// Puts outputs in place of which none may be there without the others: the program is not
/// stopped meanwhile.
pub(crate) fn together<T, E>(place: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let _together = TOGETHER.lock().unwrap_or_else(PoisonError::into_inner);
    let done = place();
    PLACED.fetch_or(done.is_ok(), Ordering::SeqCst);
    done
}

/// Removes what is unfinished; from now on nothing is begun, put in place or stopped, and who
/// tries waits for the end of the program. Whether an output is in its place.
pub(crate) fn end() -> bool {
    let together = TOGETHER.lock().unwrap_or_else(PoisonError::into_inner);
    let mut known = all();
    for path in known.drain(..) {
        // Nobody is left to tell of a failure.
        let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
    }
    std::mem::forget((together, known));
    PLACED.load(Ordering::SeqCst)
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
    let (mut file, unfinished) = Unfinished::made(|| builder.tempfile_in(folder), NamedTempFile::path)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What ends for good cannot be tried among other tests; its list can.
    #[test]
    fn it_is_known_until_it_is_complete_or_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = |name: &str| {
            let path = folder.path().join(name);
            let make = || std::fs::write(&path, "x").map(|()| path.clone());
            Unfinished::made(make, PathBuf::as_path).expect("made")
        };
        let known = |path: &Path| all().iter().any(|known| known == path);
        let ((one, _one), (two, gone), (three, complete)) = (made("one"), made("two"), made("three"));
        assert!(known(&one) && known(&two) && known(&three));
        drop(gone);
        complete.complete(|| std::fs::rename(&three, folder.path().join("four"))).expect("moved");
        assert!(known(&one) && !known(&two) && !known(&three) && folder.path().join("four").exists());
        let failed = Unfinished::made(|| File::open(&three), |_| Path::new("never"));
        assert!(failed.is_err() && !known(&three));
    }
}
