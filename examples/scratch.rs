use polars::prelude::*;
use std::num::NonZeroUsize;
use std::time::Instant;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let mode = std::env::args().nth(2).unwrap();
    let chunk: usize = std::env::args().nth(3).and_then(|x| x.parse().ok()).unwrap_or(65536);
    let t = Instant::now();
    let mut lf = LazyFrame::scan_parquet(
        PlRefPath::new(path.as_str()),
        ScanArgsParquet {
            glob: false,
            low_memory: std::env::var("LOW").is_ok(),
            parallel: match std::env::var("PAR").as_deref() {
                Ok("c") => ParallelStrategy::Columns,
                Ok("r") => ParallelStrategy::RowGroups,
                Ok("n") => ParallelStrategy::None,
                Ok("p") => ParallelStrategy::Prefiltered,
                _ => ParallelStrategy::Auto,
            },
            ..Default::default()
        },
    )
    .unwrap();
    let s = lf.collect_schema().unwrap();
    if std::env::args().nth(4).is_some() {
        println!("{s:?}");
    }
    let cols = ["race", "sex", "pred", "label"];
    let sel: Vec<Expr> = cols
        .iter()
        .map(|c| match mode.as_str() {
            "str" => col(*c).cast(DataType::String),
            _ => col(*c),
        })
        .collect();
    let lf = lf.select(sel);
    use std::sync::atomic::*;
    let n = std::sync::Arc::new(AtomicUsize::new(0));
    let m = n.clone();
    let b = std::sync::Arc::new(AtomicUsize::new(0));
    let bb = b.clone();
    let mode2 = mode.clone();
    let cb = PlanCallback::new(move |batch: DataFrame| -> PolarsResult<bool> {
        m.fetch_add(batch.height(), Ordering::Relaxed);
        bb.fetch_add(1, Ordering::Relaxed);
        if mode2 == "views" {
            let mut acc = 0u128;
            for name in ["race", "sex"] {
                for a in batch.column(name)?.str()?.downcast_iter() {
                    for v in a.views().iter() {
                        acc ^= v.as_u128();
                    }
                }
            }
            if acc == 1 {
                println!("!");
            }
        }
        Ok(false)
    });
    lf.sink_batches(cb, true, NonZeroUsize::new(chunk)).unwrap().collect_with_engine(Engine::Streaming).unwrap();
    println!(
        "{mode} {chunk}: {} rows {} batches {:?}",
        n.load(Ordering::Relaxed),
        b.load(Ordering::Relaxed),
        t.elapsed()
    );
}
