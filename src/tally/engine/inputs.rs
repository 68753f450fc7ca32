//! The files that were read, by name and hash. Their bytes are read a second time for
//! it, beside all that is done with the rows.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::available_parallelism;

use super::super::TallyError;
use super::file::DataFile;
use super::source::Source;
use crate::cells::Input;
use crate::plan::Hash;

/// Files of which the hashes may still be in the making.
#[derive(Debug)]
pub struct Inputs {
    by: Hash,
    files: Arc<[DataFile]>,
    /// Each with the place of its file.
    hashes: Receiver<(usize, Result<String, TallyError>)>,
}

impl Inputs {
    /// Begins to hash, one file after the other on each processor.
    pub(super) fn hashing<'s>(by: Hash, sources: impl Iterator<Item = &'s Source>) -> Inputs {
        let files: Arc<[DataFile]> = sources.flat_map(|source| source.files.iter().cloned()).collect();
        let ((give, hashes), next) = (channel(), Arc::new(AtomicUsize::new(0)));
        for _ in 0..available_parallelism().map_or(1, NonZeroUsize::get).min(files.len()) {
            let (files, give, next) = (Arc::clone(&files), give.clone(), Arc::clone(&next));
            std::thread::spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(at) else { break };
                    if give.send((at, file.hash(by))).is_err() {
                        break;
                    }
                }
            });
        }
        Inputs { by, files, hashes }
    }

    /// The files, when all hashes are made.
    ///
    /// # Errors
    /// When a file can no longer be read, or has changed since it was opened.
    pub fn known(self) -> Result<Vec<Input>, TallyError> {
        let mut hashes: Vec<Option<Result<String, TallyError>>> = self.files.iter().map(|_| None).collect();
        for (at, hash) in self.hashes {
            hashes[at] = Some(hash);
        }
        let known = |(file, hash): (&DataFile, Option<Result<String, TallyError>>)| {
            let name = file.shown.file_name().unwrap_or(Path::new("").as_os_str());
            let name = name.to_string_lossy().into_owned();
            // A thread that broke off is no reason to go without.
            let hash = hash.unwrap_or_else(|| file.hash(self.by))?;
            file.unchanged()?;
            Ok(Input { name, algorithm: self.by.word().to_string(), hash })
        };
        self.files.iter().zip(hashes).map(known).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn hashing(by: Hash, paths: &[PathBuf]) -> Inputs {
        Inputs::hashing(by, std::iter::once(&Source::open(paths, None).expect("opened")))
    }

    /// b3sum and sha256sum say so.
    #[test]
    fn hashes_are_those_of_other_tools() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = ["a.csv", "b.csv", "c.csv"].map(|name| folder.path().join(name));
        for (path, text) in paths.iter().zip(["abc", "a,b\n1,2\n", "abc"]) {
            std::fs::write(path, text).expect("written");
        }
        let abc = [
            (Hash::Blake3, "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"),
            (Hash::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ];
        for (by, wanted) in abc {
            let known = hashing(by, &paths).known().expect("hashed");
            let names: Vec<&str> = known.iter().map(|input| input.name.as_str()).collect();
            assert_eq!(names, ["a.csv", "b.csv", "c.csv"]);
            assert!(known.iter().all(|input| input.algorithm == by.word()));
            assert!(known[0].hash == wanted && known[2].hash == wanted && known[1].hash != wanted);
        }
    }

    #[test]
    fn a_file_that_changes_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "a,b\n1,2\n3,4\n").expect("written");
        let begin = || hashing(Hash::default(), std::slice::from_ref(&path));
        assert_eq!(begin().known().expect("the same")[0].name, "a.csv");
        let inputs = begin();
        std::fs::write(&path, "a,b\n1,2\n").expect("written");
        let message = inputs.known().expect_err("another").to_string();
        assert!(message.contains("a.csv: got shorter while it was read"), "{message}");
    }
}
