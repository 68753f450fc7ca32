//! What the terminal hears of a running audit: the time of every stage, how far the counting
//! is, and where in the data something odd is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::watch::{Watch, Work};

/// A bar that is gone at once would only flicker.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Args)]
pub(super) struct WatchOptions {
    /// Say on standard error how long every stage took, and how much it had to do
    #[arg(long, short)]
    verbose: bool,
    /// Show on standard error, if it is a terminal, how far the counting is
    #[arg(long)]
    progress: bool,
}

impl WatchOptions {
    pub(super) fn watch(&self) -> Arc<dyn Watch> {
        Arc::new(Console { verbose: self.verbose, bar: self.progress.then(bar), start: Instant::now() })
    }
}

struct Console {
    verbose: bool,
    bar: Option<ProgressBar>,
    start: Instant,
}

/// Not drawn where standard error is no terminal.
fn bar() -> ProgressBar {
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
}

impl Watch for Console {
    fn counted(&self, rows: u64, of: Option<u64>) {
        let Some(bar) = self.bar.as_ref().filter(|_| self.start.elapsed() > PATIENCE) else { return };
        if bar.position() == 0 {
            let template = match of {
                Some(_) => "counting {wide_bar} {human_pos} rows, {msg}",
                None => "counting {spinner} {human_pos} rows, {msg}",
            };
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        }
        if let Some(of) = of {
            bar.set_length(of);
        }
        bar.set_message(pace(rows, of, self.start.elapsed()));
        bar.set_position(rows);
    }

    fn done(&self, stage: &str, took: Duration, work: Work) {
        if let Some(bar) = self.bar.as_ref().filter(|_| stage == "counting") {
            bar.finish_and_clear();
        }
        if self.verbose {
            let of = if work.number == 1 { work.of.trim_end_matches('s') } else { work.of };
            eprintln!("{stage:<14} {:>8.3} s  {} {of}", took.as_secs_f64(), HumanCount(work.number));
        }
    }

    fn noted(&self, place: &str) {
        eprintln!("note: {place}");
    }
}

/// How fast it went so far, and how long the rest will take at that pace.
fn pace(rows: u64, of: Option<u64>, took: Duration) -> String {
    let rate = rows as f64 / took.as_secs_f64().max(1e-3);
    let left = of.map(|of| of.saturating_sub(rows) as f64 / rate.max(1.0));
    let left = left.map_or(String::new(), |left| format!(", {:.0} s left", left.ceil()));
    format!("{} rows/s{left}", HumanCount(rate as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_all_rows_so_far() {
        assert_eq!(pace(3_000_000, Some(9_000_000), Duration::from_millis(1_500)), "2,000,000 rows/s, 3 s left");
        assert_eq!(pace(1_500, None, Duration::from_secs(1)), "1,500 rows/s");
        assert_eq!(pace(0, Some(10), Duration::ZERO), "0 rows/s, 10 s left");
    }
}
