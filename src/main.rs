//! The program: everything is in the library.

use std::ffi::c_long;

/// Batches of rows come and go by the thousand; this allocator hands their memory on
/// from one to the next (measured in `docs/performance.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The reader decodes so many parts of a file ahead. More of them fill memory and are
/// no faster; it takes the number from here alone.
const READ_AHEAD: (&str, &str) = ("POLARS_ROW_GROUP_PREFETCH_SIZE", "1");

/// Number of the allocator's option `purge_delay`: after how many milliseconds memory that
/// nobody uses is given back. Sooner than usual, since rows are counted in less time.
const PURGE_DELAY: (libmimalloc_sys::mi_option_t, c_long, c_long) = (15, 1000, 10);

/// Shortens the delay if it is the usual one, so that a user's choice stands (and a release
/// of the allocator that numbers its options anew is left alone).
fn give_back_soon() {
    let (option, usual, sooner) = PURGE_DELAY;
    // SAFETY: any number may be asked for; one that is no option has the value 0.
    unsafe {
        if libmimalloc_sys::mi_option_get(option) == usual {
            libmimalloc_sys::mi_option_set(option, sooner);
        }
    }
}

fn main() -> std::process::ExitCode {
    // SAFETY: no other thread runs yet that could read the environment.
    unsafe { std::env::set_var(READ_AHEAD.0, READ_AHEAD.1) };
    give_back_soon();
    evenhand::run()
}
