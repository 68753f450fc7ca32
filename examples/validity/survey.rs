//! The worlds that every metric goes through.

use std::collections::BTreeSet;

use crate::coverage::{Book, of_world};
use crate::page::{Table, percent};
use crate::population::Recipe;
use crate::world::{Clustering, World};

/// A world, how the page calls it, and what was seen there.
pub struct Column {
    pub name: String,
    /// Whether the aims speak of it: at least 30 people a group.
    pub counts: bool,
    /// Whether decisions come in clusters that are much alike.
    pub clustered: bool,
    pub book: Book,
}

fn worlds() -> Vec<(String, bool, bool, World)> {
    let alike = |recipe: Recipe| World::of(vec![(0, recipe.population()); 3]);
    let recipes = [Recipe::CALIBRATED, Recipe::SHARP, Recipe::SKEWED];
    let unlike = World::of(recipes.map(|recipe| (0, recipe.population())).to_vec());
    let sizes = [12, 30, 100, 400];
    let mut all = Vec::new();
    all.extend(sizes.map(|n| (format!("alike {n}"), n >= 30, false, alike(Recipe::CALIBRATED).sized(n))));
    all.extend([30, 100].map(|n| (format!("sharp {n}"), true, false, alike(Recipe::SHARP).sized(n))));
    all.extend(sizes.map(|n| (format!("unlike {n}"), n >= 30, false, unlike.sized(n))));
    let mut uneven = unlike.sized(30);
    uneven.groups[0].0 = 300;
    all.push(("30 and 300".to_string(), true, false, uneven));
    let by_chance = World { random_sizes: true, ..unlike.sized(100) };
    all.push(("by chance 100".to_string(), true, false, by_chance));
    for variation in [0.5, 1.0] {
        let weighted = World { weights: Some(variation), ..unlike.sized(100) };
        all.push((format!("weights {variation}"), true, false, weighted));
    }
    let with_outcome = World { rarer: 5.0, ..unlike.sized(200) };
    all.push(("weights with yes".to_string(), true, false, with_outcome));
    for icc in [0.0, 0.1, 0.4] {
        let clusters = Some(Clustering { largest: 10, alike: icc });
        all.push((format!("clusters {icc}"), true, icc > 0.3, World { clusters, ..unlike.sized(60) }));
    }
    all
}

pub fn all(runs: u64, seed: u64) -> Vec<Column> {
    let worlds = worlds().into_iter().enumerate();
    worlds
        .map(|(at, (name, counts, clustered, world))| {
            let book = of_world(&world, true, runs, seed + at as u64);
            Column { name, counts, clustered, book }
        })
        .collect()
}

/// Coverage by metric and world, for the metrics that `keep` names.
pub fn table(title: &str, columns: &[Column], keep: impl Fn(&str) -> bool) -> Table {
    let ids: BTreeSet<&String> = columns.iter().flat_map(|column| column.book.keys()).filter(|id| keep(id)).collect();
    let mut head = vec!["metric"];
    head.extend(columns.iter().map(|column| column.name.as_str()));
    head.push("width, unlike 100");
    let mut table = Table::new(title, &head);
    for id in ids {
        let mut row = vec![format!("`{id}`")];
        row.extend(columns.iter().map(|column| match column.book.get(id) {
            Some(seen) if seen.with_interval * 20 >= seen.valued && seen.with_interval > 50 => percent(seen.coverage()),
            _ => "–".to_string(),
        }));
        let wide = columns.iter().find(|column| column.name == "unlike 100").and_then(|column| column.book.get(id));
        row.push(wide.map_or("–".to_string(), |seen| format!("{:.3}", seen.mean_width())));
        table.row(row);
    }
    table
}
