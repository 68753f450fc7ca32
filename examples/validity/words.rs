//! The page in words.

use crate::Runs;
use crate::exact::{self, Exact};
use crate::gates::Parity;
use crate::others::Shelf;
use crate::page::{self, Table, percent, simulation_error};
use crate::survey::{self, Column};
use crate::{aims, coverage};

/// Everything that was found.
pub struct Found {
    pub runs: Runs,
    pub singles: Vec<Exact>,
    pub pairs: Vec<Exact>,
    pub tests: (Table, (Table, f64)),
    pub survey: Vec<Column>,
    pub others: Shelf,
    pub parity: Parity,
    pub boundary: (Table, f64),
}

pub fn page(found: &Found) -> String {
    let misses = aims::misses(found);
    let misses = if misses.is_empty() { "None.\n\n".to_string() } else { misses.markdown() };
    let error = |runs: u64| percent(simulation_error(0.95, runs));
    let head = HEAD
        .replace("{worlds}", &found.runs.worlds.to_string())
        .replace("{error}", &error(found.runs.worlds))
        .replace("{error_of_groups}", &error(3 * found.runs.worlds))
        .replace("{resamples}", &coverage::RESAMPLES.to_string());
    let bases = |id: &str| !id.contains('.') && !id.contains("odds") && !id.starts_with("average");
    let summary = |id: &str| {
        [".max_difference", ".min_ratio", ".worst", ".std", ".between", ".within"].iter().any(|end| id.ends_with(end))
            || id.starts_with("equalized_odds")
    };
    let of = |title: &str, keep: &dyn Fn(&str) -> bool| survey::table(title, &found.survey, keep).markdown();
    [
        head,
        "## Aims\n\n".to_string(),
        page::aims(&aims::all(found)),
        "## What misses its aim\n\n".to_string(),
        misses,
        LIMITS.to_string(),
        RATES.to_string(),
        exact::table("One rate", &found.singles).markdown(),
        exact::table("Two rates", &found.pairs).markdown(),
        WORLDS.to_string(),
        of("Numbers of a group", &bases),
        of("Comparisons with the reference", &|id| !bases(id) && !summary(id)),
        of("Summaries over groups", &summary),
        others(&found.others),
        TESTS.to_string(),
        found.tests.0.markdown(),
        found.tests.1.0.markdown(),
        GATES.to_string(),
        found.parity.verdicts.markdown(),
        LARGEST.to_string(),
        found.parity.largest.markdown(),
        found.parity.simultaneous.markdown(),
        BOUNDARY.to_string(),
        found.boundary.0.markdown(),
    ]
    .concat()
    .trim_end()
    .to_string()
        + "\n"
}

fn others(shelf: &Shelf) -> String {
    let mut table = Table::new(
        "Strata, areas, forecasts, classes, ranked lists, shares, estimated and unknown groups",
        &["what", "number", "coverage", "mean width", "simulation error"],
    );
    for (name, book) in shelf {
        for (id, seen) in book {
            table.row(vec![
                name.clone(),
                id.clone(),
                percent(seen.coverage()),
                format!("{:.3}", seen.mean_width()),
                percent(simulation_error(seen.coverage(), seen.with_interval)),
            ]);
        }
    }
    table.markdown()
}

const HEAD: &str = "# Do the intervals hold?

An interval at 95 % should contain the truth in about 95 of 100 audits, and a rule should `fail` a model whose groups are
alike in no more than 5 of 100. Whether they do is not a matter of opinion: here are audits of which the truth is known.
`cargo run --release --example validity` makes this page, with the same bytes each time.

**What was simulated.** Populations in which every number follows from its definition by a finite sum, that is from other
code than the one judged here. From each population samples are drawn, counted into a ledger, and measured and judged by the
functions that an audit uses. Each world was drawn {worlds} times, and resampled intervals took {resamples} resamples instead of 10,000.

**How to read it.** Coverage is in per cent. A share of {worlds} runs is uncertain by ±{error} (one standard error), that of a
number of three groups by about ±{error_of_groups}. An average hides where a method is weak, so the lowest is shown too. Below
95 the interval says more than it knows; above, it is wider than it need be. Of the two only the first cries wolf.

";
const LIMITS: &str = include_str!("limits.md");
const RATES: &str = "## Rates\n\nNo simulation: the chance of every possible sample is added up. Rates are 0.05, 0.1, 0.3, 0.5, 0.7, 0.9 and all \
pairs of them. Wald's interval is shown because it is what is mostly used elsewhere.\n\n";
const WORLDS: &str = "## Worlds\n\nThree groups with label, decision and score. *alike*: one calibrated population; *sharp*: one population whose scores \
are mostly near 0 or 1; *unlike*: three populations, one of them miscalibrated; the number is people in each group. *30 and 300*: \
the reference is ten times as large. *by chance*: sizes of groups are drawn too. *weights*: their coefficient of variation; *with yes*: people with a yes are five times rarer among the 200 of a group than in truth, and weigh five times as much. \
*clusters*: 60 clusters of 1 to 10 decisions in each group, with the correlation within. A dash: hardly ever an interval.\n\n";
const TESTS: &str = "## Tests\n\nHow often tests at 5 % reject what is true.\n\n";
const GATES: &str = "## Gates\n\nSix rules at once: four fifths, a difference within ±0.05, a difference not below 0, a tpr difference within ±0.05, \
a largest difference of at most 0.1, an equalized odds difference of at most 0.1. With groups that are all alike, every `fail` is \
false. *uncorrected* is what would fail if each verdict stood alone, without Holm's correction. Audits of ten and twenty groups \
were made a quarter as often.\n\n";
const LARGEST: &str = "The largest difference between groups is above 0 in every sample, and so it is in every resample: a percentile \
bootstrap, which is how other tools put an interval around it, finds a disparity nearly always where there is none. Here the \
intervals of all pairs are made to hold together.\n\n";
const BOUNDARY: &str = "At the border of the tolerance the truth is neither inside nor outside by any margin: `pass` and `fail` should both be \
rare. Beyond it, `fail` should become sure as people become many; within it, `pass`.\n\n";
