//! Rows that are read one by one, put into batches of columns.

use super::column::Column;
use super::fields::{Fields, NONE, Span};

/// Rows of one batch.
pub(super) const BATCH: usize = 1 << 18;

/// Bytes of the texts of a batch, about.
const LARGEST: usize = 1 << 26;

/// What a batch is given to; whether it has enough.
pub(super) type Take<'t> = &'t mut dyn FnMut(Vec<Column<'_>>, usize) -> bool;

/// The batch in the making.
pub(super) struct Batches<'t> {
    text: String,
    columns: Vec<Vec<Span>>,
    rows: usize,
    take: Take<'t>,
}

impl<'t> Batches<'t> {
    /// Of so many columns.
    pub(super) fn new(columns: usize, take: Take<'t>) -> Batches<'t> {
        Batches { text: String::new(), columns: vec![Vec::new(); columns], rows: 0, take }
    }

    /// Adds a row by the texts of its columns, of which one without letters is no value;
    /// whether more are wanted.
    pub(super) fn add(
        &mut self,
        mut write: impl FnMut(usize, &mut String) -> Result<(), String>,
    ) -> Result<bool, String> {
        for (at, column) in self.columns.iter_mut().enumerate() {
            let before = self.text.len();
            write(at, &mut self.text)?;
            column.push(if self.text.len() > before { (before as u32, self.text.len() as u32) } else { NONE });
        }
        self.rows += 1;
        Ok(if self.rows == BATCH || self.text.len() > LARGEST { self.flush() } else { true })
    }

    /// Hands on what is left.
    pub(super) fn finish(mut self) {
        if self.rows > 0 {
            self.flush();
        }
    }

    /// Whether more are wanted.
    fn flush(&mut self) -> bool {
        let (text, fresh) = (std::mem::take(&mut self.text), vec![Vec::new(); self.columns.len()]);
        let fields = Fields::new(text, std::mem::replace(&mut self.columns, fresh), std::mem::take(&mut self.rows));
        !fields.hand_on(self.take)
    }
}
