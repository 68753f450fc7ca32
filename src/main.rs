//! The program: everything is in the library.

/// Batches of rows come and go by the thousand; this allocator hands their memory on
/// from one to the next (measured in `docs/performance.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    evenhand::run()
}
