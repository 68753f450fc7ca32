//! Why the program stopped, and with which exit code.

use std::path::PathBuf;

use crate::catalogue::UnknownMetric;
use crate::plan::PlanError;
use crate::report::format::FormatError;
use crate::tally::TallyError;

#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    #[error("{0}")]
    Plan(#[from] PlanError),
    #[error("{0}")]
    Metric(#[from] UnknownMetric),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Tally(#[from] TallyError),
    #[error("{0}")]
    Format(#[from] FormatError),
    #[error("{0}")]
    History(#[from] crate::history::HistoryError),
    #[error("{}: {what}", .path.display())]
    Files { path: PathBuf, what: String },
    #[error("the output was closed")]
    Closed,
}

impl Stop {
    pub(super) fn code(&self) -> u8 {
        match self {
            Stop::Plan(_) | Stop::Metric(_) | Stop::Usage(_) => 2,
            _ => 1,
        }
    }

    pub(super) fn io(path: impl Into<PathBuf>, error: &std::io::Error) -> Stop {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => "no such file or directory".to_string(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
            std::io::ErrorKind::NotADirectory | std::io::ErrorKind::AlreadyExists => {
                "is a file, not a directory".to_string()
            }
            _ => error.to_string(),
        };
        Stop::Files { path: path.into(), what }
    }
}
