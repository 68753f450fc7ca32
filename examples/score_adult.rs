//! Makes the model outputs of `fixtures/adult-two-files`: a small penalised
//! logistic model of income, fitted on every second row, scores all rows.
//!
//! `cargo run --example score_adult` rewrites `outputs.csv` in place, with the
//! same bytes each time.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use linfa::Dataset;
use linfa::prelude::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis};

const NUMBERS: [&str; 4] = ["education_num", "capital_gain", "capital_loss", "hours_per_week"];
const NAMES: [&str; 2] = ["marital_status", "occupation"];

fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/adult-two-files/outputs.csv");
    let mut reader = csv::Reader::from_path(&path)?;
    let header = reader.headers()?.clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>()?;
    let column = |name: &str| header.iter().position(|h| h == name).ok_or(format!("no column {name}"));

    let features = features(&rows, &column)?;
    let income = column("income")?;
    let train: Vec<usize> = (0..rows.len()).step_by(2).collect();
    let targets: Array1<bool> = train.iter().map(|&row| &rows[row][income] == ">50K").collect();
    let dataset = Dataset::new(features.select(Axis(0), &train), targets);
    let model = LogisticRegression::default().alpha(1.0).max_iterations(200).fit(&dataset)?;
    // The library calls the larger class positive; the labels say which it was.
    let flipped = !model.labels().pos.class;

    let (score, decision) = (column("score")?, column("decision")?);
    let mut writer = csv::Writer::from_path(&path)?;
    writer.write_record(&header)?;
    for (row, probability) in rows.iter().zip(model.predict_probabilities(&features)) {
        let probability = if flipped { 1.0 - probability } else { probability };
        let fields = row.iter().enumerate().map(|(at, field)| match at {
            _ if at == score => format!("{probability:.4}"),
            _ if at == decision => if probability >= 0.5 { "offer" } else { "no offer" }.to_string(),
            _ => field.to_string(),
        });
        writer.write_record(fields)?;
    }
    writer.flush()?;
    Ok(())
}

/// Standardised numbers and one column for each name.
fn features(
    rows: &[csv::StringRecord],
    column: &dyn Fn(&str) -> Result<usize, String>,
) -> Result<Array2<f64>, Box<dyn Error>> {
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for name in NUMBERS {
        let at = column(name)?;
        let numbers: Vec<f64> =
            rows.iter().map(|row| row[at].parse::<f64>().map(f64::ln_1p)).collect::<Result<_, _>>()?;
        columns.push(numbers);
    }
    for name in NAMES {
        let at = column(name)?;
        let levels: BTreeSet<&str> = rows.iter().map(|row| &row[at]).collect();
        for level in levels {
            columns.push(rows.iter().map(|row| f64::from(u8::from(&row[at] == level))).collect());
        }
    }
    for column in &mut columns {
        let n = column.len() as f64;
        let mean = column.iter().sum::<f64>() / n;
        let spread = (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        column.iter_mut().for_each(|x| *x = (*x - mean) / spread);
    }
    Ok(Array2::from_shape_fn((rows.len(), columns.len()), |(row, at)| columns[at][row]))
}
