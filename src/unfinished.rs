//! Files in the making, which must not stay behind when the program is stopped.

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
