//! Columns whose values are one thing or the other: decisions and labels.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use std::path::{Path, PathBuf};

use super::error::TallyError;
use super::intern::Coder;
use super::line::{Line, Named};
use crate::cells::{Decision, Level};
use crate::plan::{Side, Values, is_same};

/// Values of a decision or label that a note lists, at most.
const MOST_LISTED: usize = 6;

/// A column whose values are one thing or the other.
#[derive(Debug)]
pub(super) struct Binary {
    column: usize,
    coder: Coder,
    favourable: Values,
    /// Where it is given, a value in neither list is refused.
    unfavourable: Option<Values>,
    /// By code whether it is favourable; unknown until first seen.
    known: HashMap<u32, bool>,
    /// The first row of each, with its file, in the order in which they were seen.
    first: Vec<(String, u64, PathBuf)>,
}

impl Binary {
    pub(super) fn new(column: usize, coder: Coder, favourable: &Values, unfavourable: Option<&Values>) -> Binary {
        let (favourable, unfavourable) = (favourable.clone(), unfavourable.cloned());
        Binary { column, coder, favourable, unfavourable, known: HashMap::new(), first: Vec::new() }
    }

    /// Whether the value of a row is favourable; nothing when it is missing.
    pub(super) fn read(&mut self, line: Line<'_>) -> Result<Option<bool>, TallyError> {
        let code = self.coder.code(line.text(self.column), (line.row, line.copies), line.file)?;
        if let Some(known) = self.known.get(&code) {
            return Ok(Some(*known));
        }
        let Level::Value(text) = self.coder.level(code) else { return Ok(None) };
        let favourable = self.favourable.contains(text);
        if let Some(unfavourable) = &self.unfavourable
            && !favourable
            && !unfavourable.contains(text)
        {
            let what = format!(
                "\"{text}\" is neither favourable nor unfavourable: add it to one of the lists, or to [data] missing"
            );
            return Err(line.wrong(&self.coder.column, what));
        }
        self.known.insert(code, favourable);
        if self.first.len() <= MOST_LISTED {
            self.first.push((text.clone(), line.row, line.file.to_path_buf()));
        }
        Ok(Some(favourable))
    }

    /// What is odd about the column's values.
    pub(super) fn warnings(&self, role: &str) -> Vec<String> {
        let mut warnings = self.coder.warnings();
        if self.unfavourable.is_some() {
            return warnings;
        }
        let names: BTreeSet<&str> = self.coder.values().collect();
        for value in names.iter().filter(|value| !self.favourable.contains(value)) {
            if let Some(favourable) = self.favourable.0.iter().find(|favourable| sounds_like(value, favourable)) {
                warnings.push(format!(
                    "column `{}` ({role}): \"{value}\" counts as not favourable, and reads like \"{favourable}\": add it to `favourable` if it means the same, or list it as `unfavourable`",
                    self.coder.column
                ));
            }
        }
        for favourable in self.favourable.0.iter().filter(|value| !names.iter().any(|name| is_same(value, name))) {
            let others = names.iter().copied().filter(|name| !self.favourable.contains(name) && !is_number(name));
            if let Some(near) = crate::suggest::nearest(favourable, others).filter(|_| !is_number(favourable)) {
                warnings.push(format!(
                    "column `{}` ({role}): the favourable value \"{favourable}\" never occurs, and \"{near}\", which is near it, counts as not favourable",
                    self.coder.column
                ));
            }
        }
        let others: Vec<String> =
            names.iter().filter(|value| !self.favourable.contains(value)).map(|value| format!("\"{value}\"")).collect();
        // Many values may be free text, which no output holds.
        let listed = if others.len() > MOST_LISTED { "all but the favourable".into() } else { others.join(", ") };
        if others.len() > 1 {
            warnings.push(format!(
                "column `{}` ({role}) has {} values; {listed} count as not favourable",
                self.coder.column,
                names.len(),
            ));
        }
        warnings
    }

    /// Where the values that count as not favourable first are, if there are several and few.
    pub(super) fn places(&self, file: &Path, role: &str) -> Option<String> {
        let others = self.known.values().filter(|favourable| !**favourable).count();
        if self.unfavourable.is_some() || !(2..=MOST_LISTED).contains(&others) {
            return None;
        }
        let first = self.first_rows(file, |text| !self.favourable.contains(text));
        let told =
            format!("column `{}` ({role}): these count as not favourable, and first are {first}", self.coder.column);
        Some(crate::suggest::printable(&told))
    }

    /// The first row of each value that is asked for, and its file where that is another one.
    fn first_rows(&self, file: &Path, asked: impl Fn(&str) -> bool) -> String {
        let shown = |(text, row, of): &(String, u64, PathBuf)| {
            let name = of.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let of = if of == file { String::new() } else { format!(" of {name}") };
            format!("\"{text}\" in row {row}{of}")
        };
        let rows: Vec<_> = self.first.iter().filter(|(text, ..)| asked(text)).collect();
        let mut first: Vec<String> = rows.iter().copied().take(MOST_LISTED).map(shown).collect();
        if rows.len() > first.len() || self.known.len() > self.first.len() {
            first.push("…".into());
        }
        first.join(", ")
    }

    /// An error when values were seen and none was favourable.
    pub(super) fn check(&self, file: &Path, role: &str) -> Result<(), TallyError> {
        if self.known.is_empty() || self.known.values().any(|favourable| *favourable) {
            return Ok(());
        }
        let values: BTreeSet<&str> = self.coder.values().collect();
        let mut seen: Vec<String> = values.iter().take(MOST_LISTED).map(|value| format!("\"{value}\"")).collect();
        if values.len() > seen.len() {
            seen.push("…".into());
        }
        let wanted: Vec<String> = self.favourable.0.iter().map(|value| format!("\"{value}\"")).collect();
        let hint = self
            .favourable
            .0
            .iter()
            .find_map(|value| {
                let spelling = self.coder.values().find(|seen| sounds_like(seen, value));
                // Of numbers the nearest is another one, and no slip.
                let words = self.coder.values().filter(|seen| !is_number(seen) && !is_number(value));
                spelling.or_else(|| crate::suggest::nearest(value, words))
            })
            .map(|near| format!("; did you mean \"{near}\"?"))
            .unwrap_or_default();
        let (wanted, seen) = (wanted.join(", "), seen.join(", "));
        let what = format!("the favourable {role} {wanted} never occurs; the values are {seen}{hint}");
        Err(TallyError::Column { file: file.to_path_buf(), column: self.coder.column.clone(), what })
    }

    /// An error when values of several kinds would all be unfavourable, and the
    /// plan does not say that they are.
    pub(super) fn check_two(&self, file: &Path) -> Result<(), TallyError> {
        let others = self.coder.values().filter(|value| !self.favourable.contains(value)).map(plain);
        if self.unfavourable.is_some() || others.collect::<BTreeSet<String>>().len() < 2 {
            return Ok(());
        }
        let values: BTreeSet<String> = self.coder.values().map(plain).collect();
        let first = self.first_rows(file, |_| true);
        let what = format!(
            "has {} different values (first {}), and a label has two: list the bad ones as `unfavourable = [...]`, put words that mean no value under [data] missing, or name the column under `classes`",
            values.len(),
            first
        );
        Err(TallyError::Column { file: file.to_path_buf(), column: self.coder.column.clone(), what })
    }
}

/// Words for one thing and for the other.
const MEANINGS: [[&str; 5]; 2] = [["yes", "y", "true", "t", "1"], ["no", "n", "false", "f", "0"]];

/// Whether two values that differ are likely spellings of the same: in capitals, or in
/// the word for yes.
fn sounds_like(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one).to_lowercase(), plain(other).to_lowercase());
    let letters = |text: &str| text.replace(|c: char| c.is_whitespace() || "._-'\"".contains(c), "");
    let meaning = |text: &str| MEANINGS.iter().position(|words| words.contains(&text));
    let words = !is_number(&one) && !is_number(&other);
    let (one_word, other_word) = (letters(&one), letters(&other));
    let shorter = one_word.chars().count().min(other_word.chars().count());
    // A word and a longer form of it, such as approve and approved.
    let forms = one_word.starts_with(&other_word) || other_word.starts_with(&one_word);
    (words && shorter > 0 && (one_word == other_word || (forms && shorter >= SHORTEST_STEM)))
        || meaning(&one).is_some_and(|found| meaning(&other) == Some(found))
}

/// Shorter words begin many others.
const SHORTEST_STEM: usize = 5;

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

/// One spelling for a number or a truth value.
fn plain(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => text.to_lowercase(),
        _ => text.to_string(),
    }
}

/// Where the decision of a row is found.
#[derive(Debug)]
pub(super) enum DecisionCounter {
    Column(Box<Binary>),
    Threshold { of: Named, threshold: f64, above: Side },
}

impl DecisionCounter {
    /// The decision of a row; nothing when it is missing.
    pub(super) fn read(&mut self, line: Line<'_>) -> Result<Option<Decision>, TallyError> {
        let favourable = match self {
            DecisionCounter::Column(binary) => binary.read(line)?,
            DecisionCounter::Threshold { of, threshold, above } => {
                line.number(of, "a score")?.map(|score| (score >= *threshold) == (*above == Side::Favourable))
            }
        };
        Ok(favourable.map(|favourable| if favourable { Decision::Favourable } else { Decision::Unfavourable }))
    }
}
