//! Rows of a text or Arrow file by way of the reader's stream.

use std::num::NonZeroUsize;
use std::sync::Mutex;

use polars::prelude::*;
use rayon::prelude::*;

use super::batches::BATCH;
use super::column::Column;
use super::file::{DataFile, Kind};
use super::guard::guarded;

impl DataFile {
    /// Streams the wanted columns through `take`, batch by batch, until it has enough.
    pub(super) fn stream_frame(
        &self,
        wanted: &[(String, Kind)],
        take: impl FnMut(Vec<Column<'_>>, usize) -> bool + Send + 'static,
    ) -> Result<(), String> {
        let take = Mutex::new(take);
        let each = PlanCallback::new(move |batch: DataFrame| -> PolarsResult<bool> {
            let columns = columns_of(&batch)?;
            let mut take = take.lock().map_err(|_| polars_err!(ComputeError: "an earlier batch failed"))?;
            Ok(take(columns, batch.height()))
        });
        self.stream_through(wanted, each).map_err(|fault| self.in_column(fault, wanted))
    }

    fn stream_through(&self, wanted: &[(String, Kind)], each: PlanCallback<DataFrame, bool>) -> Result<(), String> {
        guarded(|| {
            let batches = self.scan(wanted)?.sink_batches(each, true, NonZeroUsize::new(BATCH))?;
            batches.collect_with_engine(Engine::Streaming).map(|_| ())
        })
    }

    /// A fault with the column that has it.
    fn in_column(&self, fault: String, wanted: &[(String, Kind)]) -> String {
        let fails = |column: &&(String, Kind)| {
            self.stream_through(std::slice::from_ref(*column), PlanCallback::new(|_| Ok(false))).is_err()
        };
        match wanted.iter().find(fails) {
            Some((name, _)) => format!("column `{name}`: {fault}"),
            None => fault,
        }
    }
}

/// The columns of a batch, in its order.
pub(super) fn columns_of(batch: &DataFrame) -> PolarsResult<Vec<Column<'_>>> {
    batch.columns().par_iter().map(|column| Column::of(column.as_materialized_series())).collect()
}
