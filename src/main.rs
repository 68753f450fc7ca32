//! The program: everything is in the library.

/// Batches of rows come and go by the thousand; this allocator hands their memory on
/// instead of giving it back (measured in `docs/performance.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The reader decodes so many parts of a file ahead. More of them fill memory and are
/// no faster; it takes the number from here alone.
const READ_AHEAD: (&str, &str) = ("POLARS_ROW_GROUP_PREFETCH_SIZE", "1");

fn main() -> std::process::ExitCode {
    // SAFETY: no other thread runs yet that could read the environment.
    unsafe { std::env::set_var(READ_AHEAD.0, READ_AHEAD.1) };
    evenhand::run()
}
