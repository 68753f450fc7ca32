//! Audits over time: an append-only store, and what changed between two.
//!
//! The store holds releases, never rows, and knows nothing of how an audit was
//! made.

mod change;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

pub use change::over_time;

use crate::report::Release;

/// A history that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", .path.display())]
pub struct HistoryError {
    path: PathBuf,
    what: String,
}

/// The layout of the store; raised when it changes.
const VERSION: i64 = 1;

const TABLE: &str = "
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        series TEXT NOT NULL,
        created TEXT NOT NULL,
        document TEXT NOT NULL
    );
    CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'audits are never changed'); END;";

/// The place of an audit that was appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept(i64);

/// An open store.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
    /// Whether there is anything in the file.
    prepared: bool,
}

/// A store in which nothing was ever kept leaves no file.
impl Drop for Store {
    fn drop(&mut self) {
        let untouched = std::fs::metadata(&self.path).is_ok_and(|file| file.is_file() && file.len() == 0);
        if !self.prepared && untouched {
            // Nobody is left to tell of a failure, and an empty file is an empty store.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Store {
    /// Opens a store, and makes it when it is not there.
    ///
    /// # Errors
    /// When the file cannot be opened or is no such store.
    pub fn open(path: &Path) -> Result<Store, HistoryError> {
        let failed = |what: String| HistoryError { path: path.to_path_buf(), what };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if parent.is_some_and(|parent| !parent.is_dir()) {
            return Err(failed("the folder of the history does not exist".into()));
        }
        // The library takes a short file of anything for an empty store. One that somebody was
        // writing when he was stopped it puts in order first, by the journal beside it.
        let mut start = Vec::new();
        if let Ok(file) = File::open(path) {
            let _ = file.take(16).read_to_end(&mut start);
        }
        let mut journal = path.as_os_str().to_owned();
        journal.push("-journal");
        if !start.is_empty() && !start.starts_with(b"SQLite format 3\0") && !Path::new(&journal).exists() {
            return Err(failed("is not a history of audits: name another file".into()));
        }
        let connection = Connection::open(path).map_err(|error| failed(format!("cannot be opened: {error}")))?;
        let number = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0));
        let foreign = |error| failed(format!("is not a history of audits: {error}"));
        let version = number("PRAGMA user_version").map_err(foreign)?;
        let tables = number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name <> 'audit'");
        if tables.map_err(foreign)? > 0 {
            return Err(failed("holds the data of another program: name another file".into()));
        }
        if ![0, VERSION].contains(&version) {
            return Err(failed(format!("was written by another version of this program (layout {version})")));
        }
        Ok(Store { path: path.to_path_buf(), connection, prepared: version == VERSION })
    }

    fn failed(&self, what: impl ToString) -> HistoryError {
        HistoryError { path: self.path.clone(), what: what.to_string() }
    }

    /// All audits of a series (a title), oldest first.
    ///
    /// # Errors
    /// When the store cannot be read, or holds a document that is none.
    pub fn audits(&self, series: &str) -> Result<Vec<Release>, HistoryError> {
        if !self.prepared {
            return Ok(Vec::new());
        }
        let mut statement = self
            .connection
            .prepare("SELECT document FROM audit WHERE series = ?1 ORDER BY created, id")
            .map_err(|error| self.failed(error))?;
        let documents =
            statement.query_map([series], |row| row.get::<_, String>(0)).map_err(|error| self.failed(error))?;
        let mut audits = Vec::new();
        for document in documents {
            let text = document.map_err(|error| self.failed(error))?;
            let audit = crate::report::format::json::read(&text)
                .map_err(|error| self.failed(format!("holds an audit that cannot be read: {error}")))?;
            audits.push(audit);
        }
        Ok(audits)
    }

    /// Appends an audit.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn append(&mut self, release: &Release) -> Result<Kept, HistoryError> {
        let document = serde_json::to_string(release).map_err(|error| self.failed(error))?;
        let created = release.provenance.created.clone().unwrap_or_default();
        let kept = self.keep((&release.title, &created, &document));
        let kept = kept.map_err(|error| self.failed(format!("cannot be written: {error}")))?;
        self.prepared = true;
        Ok(kept)
    }

    /// Takes an audit back of which the report could not be put in its place: a second run
    /// would keep it twice.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn take_back(&mut self, kept: Kept) -> Result<(), HistoryError> {
        let taken = self.connection.execute("DELETE FROM audit WHERE id = ?1", [kept.0]);
        taken.map_err(|error| self.failed(format!("holds an audit without its report: {error}")))?;
        Ok(())
    }

    /// Writes an audit whole or not at all, and the table where it is the first.
    fn keep(&mut self, audit: (&str, &str, &str)) -> rusqlite::Result<Kept> {
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another program may have prepared it meanwhile.
        if change.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? == 0 {
            change.execute_batch(&format!("{TABLE} PRAGMA user_version = {VERSION};"))?;
        }
        change.execute("INSERT INTO audit (series, created, document) VALUES (?1, ?2, ?3)", audit)?;
        let kept = Kept(change.last_insert_rowid());
        change.commit()?;
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a stopped program leaves it: pages written, and the journal that takes them back.
    #[test]
    fn a_history_that_was_being_begun_is_begun_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let writer = Connection::open(at("a.db")).expect("opened");
        writer.execute_batch("PRAGMA cache_size = 1; BEGIN IMMEDIATE;").expect("begun");
        writer.execute_batch(TABLE).expect("made");
        for _ in 0..50 {
            let audit = ["s", "", &"x".repeat(10_000)];
            writer
                .execute("INSERT INTO audit (series, created, document) VALUES (?1, ?2, ?3)", audit)
                .expect("written");
        }
        for (name, copy) in [("a.db", "b.db"), ("a.db-journal", "b.db-journal")] {
            std::fs::copy(at(name), at(copy)).expect("copied");
        }
        // What the first page was is not in the file yet.
        let mut bytes = std::fs::read(at("b.db")).expect("read");
        assert!(bytes.len() > 100_000);
        bytes[..16].fill(0);
        std::fs::write(at("b.db"), bytes).expect("written");
        let store = Store::open(&at("b.db")).expect("put in order");
        assert!(store.audits("s").expect("read").is_empty());
        drop(store);
        assert!(!at("b.db").exists() && !at("b.db-journal").exists());
        std::fs::write(at("c.db"), "words, and a journal of nothing").expect("written");
        std::fs::write(at("c.db-journal"), "").expect("written");
        assert!(Store::open(&at("c.db")).is_err());
    }
}
