//! The files that were read, by name and hash. Their bytes are read a second time for
//! it, beside all that is done with the rows.

use std::path::Path;
use std::thread::JoinHandle;

use super::super::TallyError;
use super::file::DataFile;
use super::source::Source;
use crate::cells::Input;

/// Files of which the hashes may still be in the making.
#[derive(Debug)]
pub struct Inputs {
    pending: Vec<(DataFile, JoinHandle<Result<String, TallyError>>)>,
}

impl Inputs {
    /// Begins to hash.
    pub(super) fn hashing<'s>(sources: impl Iterator<Item = &'s Source>) -> Inputs {
        let begin = |file: &DataFile| {
            let own = file.clone();
            (file.clone(), std::thread::spawn(move || own.hash()))
        };
        Inputs { pending: sources.flat_map(|source| &source.files).map(begin).collect() }
    }

    /// The files, when all hashes are made.
    ///
    /// # Errors
    /// When a file can no longer be read, or has changed since it was opened.
    pub fn known(self) -> Result<Vec<Input>, TallyError> {
        let known = |(file, hash): (DataFile, JoinHandle<_>)| {
            let name = file.shown.file_name().unwrap_or(Path::new("").as_os_str());
            let name = name.to_string_lossy().into_owned();
            // A thread that broke off is no reason to go without.
            let sha256 = hash.join().unwrap_or_else(|_| file.hash())?;
            file.unchanged()?;
            Ok(Input { name, sha256 })
        };
        self.pending.into_iter().map(known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "a,b\n1,2\n3,4\n").expect("written");
        let begin =
            || Inputs::hashing(std::iter::once(&Source::open(std::slice::from_ref(&path), None).expect("opened")));
        assert_eq!(begin().known().expect("the same")[0].name, "a.csv");
        let inputs = begin();
        std::fs::write(&path, "a,b\n1,2\n").expect("written");
        let message = inputs.known().expect_err("another").to_string();
        assert!(message.contains("a.csv: got shorter while it was read"), "{message}");
    }
}
