//! Worked examples whose counts, rates or arrays were published with them.

use evenhand::stats::*;

use super::data::Audited;
use super::numbers::{Found, Way};
use crate::support::Table;

use Way::{Audit, Statistic};

/// All numbers in a text, in order.
fn figures(text: &str) -> Vec<f64> {
    let parts = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    parts.filter_map(|part| part.trim_end_matches('.').parse().ok()).collect()
}

pub fn reproduce(id: &str, filter: &str) -> Found {
    let figures = figures(filter);
    let (family, rest) = id.split_once('-')?;
    match (family, &figures[..]) {
        ("ll144", &[people, selected, ..]) => law_144(rest, selected, people),
        // White 60%, Hispanic 48%.
        ("ugesp", &[white, other]) => {
            let groups = [("White", white, 100.0), (rest, other, 100.0)];
            Some((Audit, 100.0 * selections(&groups, "White").value("group", rest, "selection_rate.ratio")))
        }
        // n = 220, p = 0.791, observed 100: the distance from what was expected.
        ("castaneda", &[n, p, observed, _]) => {
            let drawn =
                CalibrationGroup { weight: n, squares: n, expected: n * p, observed, variance: n * p * (1.0 - p) };
            Some((Statistic, calibration_in_the_large(&[drawn])?.z.abs()))
        }
        ("newcombe10" | "mn" | "mee" | "wald" | "katz", &[a, m, b, n]) => {
            let (one, two) = (Proportion::new(a, m)?, Proportion::new(b, n)?);
            let interval = match family {
                "newcombe10" => newcombe(one, two, Level::P95),
                "mn" => miettinen_nurminen_difference(one, two, Level::P95),
                "mee" => mee_difference(one, two, Level::P95),
                "wald" => wald_difference(one, two, Level::P95),
                _ => katz_ratio(one, two, Level::P95)?,
            };
            Some((Statistic, if id.ends_with("lower") { interval.low } else { interval.high }))
        }
        ("cmh", cells) => {
            let table = |cells: &[f64]| StratumTable { a: cells[0], b: cells[1], c: cells[2], d: cells[3] };
            let tables: Vec<StratumTable> = cells.chunks(4).map(table).collect();
            let found = mantel_haenszel(&tables, Level::P95)?;
            let value = match rest {
                "rabbits-or_" => found.odds_ratio?,
                "rabbits-lo" => found.odds_ratio_interval?.low,
                "rabbits-hi" => found.odds_ratio_interval?.high,
                "rabbits-stat" => cmh_corrected(&tables)?.statistic,
                "rabbits-p" => cmh_corrected(&tables)?.p,
                _ => return None,
            };
            Some((Statistic, value))
        }
        ("fisher", &[a, b, c, d]) => {
            Some((Statistic, fisher_one_sided([a, b, c, d].map(|cell| cell as u64), Tail::Upper)))
        }
        ("fairlearn", _) => fairlearn(rest, filter),
        ("lift", benefits) if rest == "theil_t" => {
            let people: Vec<(f64, f64)> = benefits.iter().map(|&benefit| (benefit, 1.0)).collect();
            Some((Statistic, generalized_entropy(&people, 1.0)?))
        }
        ("lift", &[a, b, c, d, e, f]) => {
            let groups = [("MALE", a, a + b), ("FEMALE", c, c + d), ("UNKNOWN", e, e + f)];
            let who = rest.strip_prefix("dp-")?;
            let found = match who.split_once('-') {
                None => selections(&groups, "MALE").value("group", who, "selection_rate"),
                Some((one, two)) => selections(&groups, two).value("group", one, "selection_rate.difference").abs(),
            };
            Some((Audit, found))
        }
        _ => None,
    }
}

/// An audit of so many selected of so many, by group.
fn selections(groups: &[(&str, f64, f64)], reference: &str) -> Audited {
    let mut csv = String::from("group,decision,people\n");
    for (group, selected, all) in groups {
        csv.push_str(&format!("{group},yes,{selected}\n{group},no,{}\n", all - selected));
    }
    Audited::new(
        Table::new(&csv).path(),
        &format!(
            "decision = {{ column = 'decision', favourable = 'yes' }}\ncount = 'people'\n\
             [[attribute]]\ncolumn = 'group'\nreference = '{reference}'\n"
        ),
    )
}

/// New York's tables (6 RCNY 5-301): selected of applicants.
fn law_144(id: &str, selected: f64, people: f64) -> Found {
    const SEX: &[(&str, f64, f64)] = &[("Male", 667.0, 1390.0), ("Female", 555.0, 1181.0)];
    const RACE: &[(&str, f64, f64)] = &[
        ("Hispanic or Latino", 204.0, 408.0),
        ("White", 412.0, 797.0),
        ("Black or African American", 170.0, 390.0),
        ("Native Hawaiian or Pacific Islander", 52.0, 119.0),
        ("Asian", 302.0, 616.0),
        ("Native American or Alaska Native", 18.0, 41.0),
        ("Two or More Races", 96.0, 213.0),
    ];
    let (attribute, rest) = id.split_once('-')?;
    let (group, what) = rest.rsplit_once('-')?;
    let table = if attribute == "sex" { SEX } else { RACE };
    assert!(table.contains(&(group, selected, people)), "{id}: {selected} of {people} is not in the table");
    let audit = selections(table, "highest");
    let found = match (what, crate::support::find(&audit.0, "group", group, "selection_rate.ratio")) {
        ("rate", _) => audit.value("group", group, "selection_rate"),
        ("ir", Some(row)) => row.value?,
        // The highest rate is what the others are compared with.
        ("ir", None) if audit.0.divisions[0].reference.as_deref() == Some(group) => 1.0,
        _ => return None,
    };
    Some((Audit, found))
}

/// The guide's 18 rows: `y_true=…; y_pred=…; group=…`.
fn fairlearn(id: &str, filter: &str) -> Found {
    let arrays: Vec<Vec<&str>> =
        filter.split("; ").filter_map(|part| Some(part.split_once('=')?.1.split(',').collect())).collect();
    let [label, decision, group] = &arrays[..] else { return None };
    let mut csv = String::from("label,decision,group\n");
    for ((label, decision), group) in label.iter().zip(decision).zip(group) {
        csv.push_str(&format!("{label},{decision},{group}\n"));
    }
    let audit = Audited::new(
        Table::new(&csv).path(),
        "decision = { column = 'decision', favourable = 1 }\nlabel = { column = 'label', favourable = 1 }\n\
         [[attribute]]\ncolumn = 'group'\nreference = 'a'\n",
    );
    let found = match id {
        "dpd" => audit.value("group", "", "selection_rate.max_difference"),
        "dpr" => audit.value("group", "", "selection_rate.min_ratio"),
        "eod" => audit.value("group", "", "equalized_odds_difference"),
        of_group => {
            let (group, what) = of_group.split_once('-')?;
            audit.value("group", group, if what == "sel" { "selection_rate" } else { what })
        }
    };
    Some((Audit, found))
}
