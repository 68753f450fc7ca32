//! How the kernel gives memory to this process.

/// No huge pages, which are cleared and held whole: columns that come and go take less
/// memory and time without (measured in `docs/performance.md`).
#[cfg(target_os = "linux")]
pub(super) fn in_small_pages() {
    // SAFETY: a request about this process alone; where it is refused nothing changes.
    unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) };
}

#[cfg(not(target_os = "linux"))]
pub(super) fn in_small_pages() {}
