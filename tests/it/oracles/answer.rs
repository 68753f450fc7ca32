//! An answer, whoever gives it, and when two are the same.

use evenhand::cells::Why;
use evenhand::report::Row;
use evenhand::stats::Interval;
use serde_json::Value as Json;

/// A number, or how there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Number(f64),
    /// No value: NaN or an exception of a peer, a reason of ours.
    Nothing,
    /// No bound.
    Infinite,
    List(Vec<Answer>),
}

impl Answer {
    /// What a peer said. A list without any value is none.
    pub fn of_peer(value: &Json) -> Answer {
        match value {
            Json::Null => Answer::Nothing,
            Json::String(word) if word == "NaN" => Answer::Nothing,
            // Ours say only that there is no bound, not on which side.
            Json::String(word) if word == "Infinity" || word == "-Infinity" => Answer::Infinite,
            Json::Array(items) => {
                let items: Vec<Answer> = items.iter().map(Answer::of_peer).collect();
                let empty = !items.is_empty() && items.iter().all(|item| *item == Answer::Nothing);
                if empty { Answer::Nothing } else { Answer::List(items) }
            }
            number => Answer::Number(number.as_f64().unwrap_or_else(|| panic!("{number} is no answer"))),
        }
    }

    /// The value of a row, or why there is none.
    pub fn of_row(row: &Row) -> Answer {
        match row.undefined {
            Some(Why::ZeroReference | Why::ZeroDenominator | Why::NotAbsolutelyContinuous) => Answer::Infinite,
            _ => Answer::maybe(row.value),
        }
    }

    /// The interval of a row.
    pub fn interval_of(row: &Row) -> Answer {
        let end = |end: Option<f64>| end.map_or(Answer::Infinite, Answer::Number);
        if row.method.is_none() { Answer::Nothing } else { Answer::List(vec![end(row.low), end(row.high)]) }
    }

    pub fn interval(interval: Option<Interval>) -> Answer {
        interval.map_or(Answer::Nothing, |Interval { low, high }| Answer::numbers(&[low, high]))
    }

    pub fn numbers(numbers: &[f64]) -> Answer {
        Answer::List(numbers.iter().map(|&number| Answer::number(number)).collect())
    }

    pub fn number(number: f64) -> Answer {
        if number == f64::INFINITY { Answer::Infinite } else { Answer::maybe(Some(number).filter(|n| !n.is_nan())) }
    }

    pub fn maybe(number: Option<f64>) -> Answer {
        number.map_or(Answer::Nothing, Answer::Number)
    }

    pub fn value(&self) -> Option<f64> {
        if let Answer::Number(number) = self { Some(*number) } else { None }
    }

    pub fn map(self, f: impl Fn(f64) -> f64) -> Answer {
        if let Answer::Number(number) = self { Answer::Number(f(number)) } else { self }
    }

    /// Within 1e-9, of the number or of 1.
    pub fn agrees(&self, other: &Answer) -> bool {
        match (self, other) {
            (Answer::Number(one), Answer::Number(two)) => (one - two).abs() <= 1e-9 * two.abs().max(1.0),
            (Answer::List(one), Answer::List(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.agrees(two))
            }
            (one, two) => one == two,
        }
    }

    /// The answer in a word, for the table of disagreements.
    pub fn kind(&self) -> String {
        match self {
            Answer::Number(number) if [0.0, 1.0, 10.0].contains(number) => number.to_string(),
            Answer::Number(_) => "number".to_string(),
            Answer::Nothing => "nothing".to_string(),
            Answer::Infinite => "infinite".to_string(),
            Answer::List(items) => format!("[{}]", items.iter().map(Answer::kind).collect::<Vec<_>>().join(", ")),
        }
    }
}
