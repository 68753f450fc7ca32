//! The reader behind a guard: its errors and panics become one line of text.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::PolarsResult;

/// How many readers run at this moment.
static READING: AtomicUsize = AtomicUsize::new(0);

/// The reader gives up on some files by a panic, in whichever of its threads; what
/// that would print is no message. A panic of anything else prints as it did.
fn silence_reader() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let of_reader = panic.location().is_some_and(|place| place.file().contains("polars"));
            if !(of_reader && READING.load(Ordering::SeqCst) > 0) {
                before(panic);
            }
        }));
    });
}

/// Runs a reader; its errors and panics become one line of text.
pub(super) fn guarded<T>(read: impl FnOnce() -> PolarsResult<T>) -> Result<T, String> {
    silence_reader();
    READING.fetch_add(1, Ordering::SeqCst);
    let outcome = catch_unwind(AssertUnwindSafe(read));
    READING.fetch_sub(1, Ordering::SeqCst);
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(first_line(&error.to_string())),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()))
                .unwrap_or_default();
            Err(first_line(&format!("the reader gave up: {text}")))
        }
    }
}

fn first_line(text: &str) -> String {
    if let Some((_, rest)) = text.split_once("column with name '")
        && let Some((name, _)) = rest.split_once("' has more than one occurrence")
    {
        return format!("two columns are called `{name}`: rename one");
    }
    if text.contains("not yet implemented") || text.contains("INTERVAL_AS_STRUCT") {
        return "a column holds a type that cannot be read: write the file without that column".into();
    }
    if text.contains("precision must be between") {
        return "a column holds decimal numbers of more than 38 digits: write the file without that column".into();
    }
    if text.contains("not supported by Polars") || text.contains("does not support primitive") {
        let kind = text.split("datatype ").nth(1).and_then(|rest| rest.split(['(', ' ']).next()).unwrap_or("special");
        return format!("a column holds a type that cannot be read ({kind}): write the file without that column");
    }
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("damaged").to_string()
}
