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
    /// When a file can no longer be read.
    pub fn known(self) -> Result<Vec<Input>, TallyError> {
        let known = |(file, hash): (DataFile, JoinHandle<_>)| {
            let name = file.shown.file_name().unwrap_or(Path::new("").as_os_str());
            let name = name.to_string_lossy().into_owned();
            // A thread that broke off is no reason to go without.
            Ok(Input { name, sha256: hash.join().unwrap_or_else(|_| file.hash())? })
        };
        self.pending.into_iter().map(known).collect()
    }
}
