//! What is aimed at, and whether it was met.

use crate::coverage::Seen;
use crate::page::{Aim, Table, percent, simulation_error};
use crate::survey::Column;
use crate::words::Found;

/// Coverage that no default interval should fall under from 30 people on.
const FLOOR: f64 = 0.92;

/// A number in a world.
pub struct Cell<'f> {
    pub id: &'f str,
    pub world: &'f str,
    pub seen: &'f Seen,
    pub clustered: bool,
}

impl Cell<'_> {
    fn under(&self, floor: f64) -> bool {
        let found = self.seen.coverage();
        found + 2.0 * simulation_error(floor, self.seen.with_interval) < floor
    }
}

fn of_column(column: &Column) -> impl Iterator<Item = Cell<'_>> {
    column.book.iter().map(|(id, seen)| Cell { id, world: &column.name, seen, clustered: column.clustered })
}

/// All numbers that the aims speak of.
pub fn cells(found: &Found) -> Vec<Cell<'_>> {
    let worlds = found.survey.iter().filter(|column| column.counts).flat_map(of_column);
    let large = |name: &str| {
        !["12 people", "12 ranked lists"].iter().any(|small| name.ends_with(small))
            && !["four strata of 8 ", "3 positives"].iter().any(|small| name.starts_with(small))
    };
    let others =
        found.others.iter().filter(|(name, _)| large(name)).flat_map(|(name, book)| {
            book.iter().map(move |(id, seen)| Cell { id, world: name, seen, clustered: false })
        });
    worlds.chain(others).filter(|cell| cell.seen.with_interval > 50).collect()
}

pub fn all(found: &Found) -> Vec<Aim> {
    let cells = cells(found);
    let mean =
        |cells: &[&Cell<'_>]| cells.iter().map(|cell| cell.seen.coverage()).sum::<f64>() / cells.len().max(1) as f64;
    let plain: Vec<&Cell<'_>> = cells.iter().filter(|cell| !cell.clustered && !is_conservative(cell.id)).collect();
    let clustered: Vec<&Cell<'_>> = cells.iter().filter(|cell| cell.clustered && !is_conservative(cell.id)).collect();
    let low: Vec<&Cell<'_>> = cells.iter().filter(|cell| cell.under(FLOOR)).collect();
    let exact = found.singles.iter().chain(&found.pairs).filter(|exact| exact.default && exact.sizes.0 >= 30);
    let (exact_low, exact_mean) = exact.clone().fold((1.0f64, 0.0), |(low, sum), e| (low.min(e.lowest), sum + e.mean));
    let exact_mean = exact_mean / exact.count().max(1) as f64;
    let average = mean(&plain);
    let grouped = mean(&clustered);
    let lowest_clustered = clustered.iter().filter(|cell| cell.under(0.93)).count();
    vec![
        Aim {
            wanted: "Default 95 % intervals of rates, differences and ratios cover 94–97 % on average (exact, n ≥ 30)".to_string(),
            found: format!("{} %", percent(exact_mean)),
            met: (0.94..=0.97).contains(&exact_mean),
        },
        Aim {
            wanted: "… and never under 92 %".to_string(),
            found: format!("lowest {} %", percent(exact_low)),
            met: exact_low >= FLOOR,
        },
        Aim {
            wanted: "All other intervals cover 94–97 % on average (simulated, n ≥ 30, without those that are wide by construction)".to_string(),
            found: format!("{} % over {} numbers", percent(average), plain.len()),
            met: (0.94..=0.97).contains(&average),
        },
        Aim {
            wanted: "… and none under 92 % beyond simulation error".to_string(),
            found: format!("{} of {} under", low.len(), cells.len()),
            met: low.is_empty(),
        },
        Aim {
            wanted: "Decisions in clusters with a correlation of 0.4 are covered at ≥ 93 %".to_string(),
            found: format!("{} % on average, {lowest_clustered} of {} under", percent(grouped), clustered.len()),
            met: grouped >= 0.93 && lowest_clustered == 0,
        },
        Aim {
            wanted: "Under parity, at most 5 % of audits have any `fail` (three standard errors of the simulation allowed, since the highest of many is looked at)".to_string(),
            found: format!("at most {} %", percent(found.parity.highest_failure.0)),
            met: crate::gates::at_most(found.parity.highest_failure, 0.05),
        },
        Aim {
            wanted: "Under parity, the interval of `max_difference` excludes 0 in at most 5 % of audits (three standard errors of the simulation allowed, since the highest of many is looked at)".to_string(),
            found: format!("at most {} %", percent(found.parity.highest_exclusion.0)),
            met: crate::gates::at_most(found.parity.highest_exclusion, 0.05),
        },
        Aim {
            wanted: "At the border of the tolerance neither `pass` nor `fail` errs in more than 2.5 % (three standard errors of the simulation allowed, since the highest of many is looked at)".to_string(),
            found: format!("at most {} %", percent(found.boundary.1)),
            met: crate::gates::at_most((found.boundary.1, found.runs.audits), 0.025),
        },
    ]
}

/// Intervals that are wide by construction, since they hold for all groups or
/// all directions at once.
pub fn is_conservative(id: &str) -> bool {
    const WIDE: [&str; 7] =
        [".max_difference", ".min_ratio", ".worst", ".std", ".between", "equalized_odds", "_distribution."];
    const DISTANCES: [&str; 4] = ["ece", "brier_reliability", "brier_resolution", "ks"];
    const CURVED: [&str; 1] = ["brier_uncertainty"];
    WIDE.iter().any(|part| id.contains(part))
        || DISTANCES.iter().chain(&CURVED).any(|base| id == *base || id.starts_with(&format!("{base}.")))
        || id.starts_with("ece_equal_mass")
        || id == "average_absolute_odds_difference"
        || id.starts_with("worst case of ")
}

/// The numbers that miss the floor, lowest first.
pub fn misses(found: &Found) -> Table {
    let mut low: Vec<Cell<'_>> = cells(found).into_iter().filter(|cell| cell.under(FLOOR)).collect();
    low.sort_by(|a, b| a.seen.coverage().total_cmp(&b.seen.coverage()));
    let head = ["number", "world", "coverage", "truth below the interval", "simulation error"];
    let mut table = Table::new("Under 92 % beyond simulation error", &head);
    for cell in low {
        let (seen, coverage) = (cell.seen, cell.seen.coverage());
        table.row(vec![
            format!("`{}`", cell.id),
            cell.world.to_string(),
            percent(coverage),
            percent(seen.truth_below as f64 / seen.with_interval as f64),
            percent(simulation_error(coverage, seen.with_interval)),
        ]);
    }
    table
}
