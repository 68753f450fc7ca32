//! How much one name tells of another, by their entropies (natural logarithm).
//!
//! Tables are counts, rows by columns. Empty rows and columns do not count.

use super::hypothesis::g_test;

/// The mutual information of rows and columns, Σ p·ln(p/(row share · column
/// share)): how much knowing the one takes off the entropy of the other, in
/// nats. From 0, when they are independent, to the smaller of the two
/// entropies. 0 where the rows or the columns do not vary. `None` for an empty
/// table. No correction for small samples: with many levels and few people it
/// is too large. Shannon (1948).
///
/// # Examples
/// ```
/// use evenhand::stats::mutual_information;
///
/// // Region tells everything of the group: ln 2 of ln 2.
/// let found = mutual_information(&[vec![20.0, 0.0], vec![0.0, 20.0]]).unwrap();
/// assert!((found - 2f64.ln()).abs() < 1e-12);
/// ```
pub fn mutual_information(table: &[Vec<f64>]) -> Option<f64> {
    let total: f64 = table.iter().flatten().sum();
    // G is 2·n times the information.
    (total > 0.0).then(|| g_test(table).map_or(0.0, |test| test.statistic / (2.0 * total)))
}

/// Theil's U of the rows given the columns, I/H(rows): which part of the
/// entropy of the rows the columns take off. In [0, 1], 1 when the column
/// settles the row. Not symmetric. `None` where the rows do not vary: there is
/// nothing to take off (0/0; dython answers 1). Theil (1970), Am. J. Sociol. 76.
pub fn theils_u(table: &[Vec<f64>]) -> Option<f64> {
    share(mutual_information(table)?, entropy(row_totals(table)))
}

/// Mutual information over the mean of the two entropies, in [0, 1]: 1 when
/// each settles the other. Symmetric. `None` where neither varies (0/0;
/// scikit-learn answers 1). Witten & Frank (2005); Vinh, Epps & Bailey (2010).
pub fn normalized_mutual_information(table: &[Vec<f64>]) -> Option<f64> {
    let mean = (entropy(row_totals(table)) + entropy(column_totals(table))) / 2.0;
    share(mutual_information(table)?, mean)
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| (part / whole).clamp(0.0, 1.0))
}

fn row_totals(table: &[Vec<f64>]) -> Vec<f64> {
    table.iter().map(|row| row.iter().sum()).collect()
}

fn column_totals(table: &[Vec<f64>]) -> Vec<f64> {
    let width = table.iter().map(Vec::len).max().unwrap_or(0);
    (0..width).map(|column| table.iter().filter_map(|row| row.get(column)).sum()).collect()
}

/// −Σ p·ln p, with 0·ln 0 = 0.
fn entropy(counts: Vec<f64>) -> f64 {
    let total: f64 = counts.iter().sum();
    let shares = counts.iter().map(|count| count / total).filter(|share| *share > 0.0);
    -shares.map(|share| share * share.ln()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, wanted: f64) {
        let found = found.expect("defined");
        assert!((found - wanted).abs() < 1e-14, "{found} is not {wanted}");
    }

    /// By hand: rows ½, ½; the first row is all in the first column, the
    /// second half and half. H(rows) = ln 2, H(columns) = ln 4 − ¾·ln 3,
    /// H(columns | rows) = ½·ln 2.
    #[test]
    fn by_hand() {
        let table = [vec![20.0, 0.0], vec![10.0, 10.0]];
        let columns = 4f64.ln() - 0.75 * 3f64.ln();
        let information = columns - 0.5 * 2f64.ln();
        close(mutual_information(&table), information);
        close(theils_u(&table), information / 2f64.ln());
        let turned = [vec![20.0, 10.0], vec![0.0, 10.0]];
        close(theils_u(&turned), information / columns);
        close(normalized_mutual_information(&table), 2.0 * information / (columns + 2f64.ln()));
    }

    #[test]
    fn independence_is_zero_and_identity_one() {
        let apart = [vec![6.0, 12.0], vec![9.0, 18.0]];
        close(theils_u(&apart), 0.0);
        close(normalized_mutual_information(&apart), 0.0);
        let same = [vec![3.0, 0.0, 0.0], vec![0.0, 7.0, 0.0]];
        close(theils_u(&same), 1.0);
        close(normalized_mutual_information(&same), 1.0);
    }

    #[test]
    fn nothing_varies_and_nobody() {
        let constant = [vec![3.0, 5.0]];
        close(mutual_information(&constant), 0.0);
        assert_eq!(theils_u(&constant), None);
        close(normalized_mutual_information(&constant), 0.0);
        assert_eq!(normalized_mutual_information(&[vec![8.0]]), None);
        assert_eq!((mutual_information(&[]), theils_u(&[vec![0.0, 0.0]])), (None, None));
    }
}
