//! What happens when the program is told to stop, or the ground moves under it.

#[cfg(unix)]
use std::io::{IsTerminal, Write};
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

/// From now on an interruption leaves no half-written output, and a file that gets
/// shorter while it is read ends in a message.
#[cfg(unix)]
pub(super) fn heed() {
    use signal_hook::consts::signal::{SIGBUS, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT]) {
        std::thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                let what = match crate::unfinished::end() {
                    true => " after the outputs were put in place",
                    false => ": nothing half-written is left",
                };
                // Behind the ^C of a terminal, or its bar. Where nobody listens it is not told.
                let start = if std::io::stderr().is_terminal() { "\n" } else { "" };
                let _ = writeln!(std::io::stderr(), "{start}interrupted{what}");
                std::process::exit(128 + signal);
            }
        });
    }
    // SAFETY: nothing runs. A file beyond the size that is allowed is then an error of writing.
    let _ = unsafe { signal_hook::low_level::register(SIGXFSZ, || {}) };
    // SAFETY: what runs writes bytes that are there already and ends the process; both may
    // be done within a signal.
    let _ = unsafe { signal_hook::low_level::register(SIGBUS, shrunken) };
}

#[cfg(not(unix))]
pub(super) fn heed() {}

/// Reading a mapped file beyond its end is a signal and no error.
#[cfg(unix)]
fn shrunken() {
    // Of several threads at once one tells, and ends the others with it.
    static TOLD: AtomicBool = AtomicBool::new(false);
    if TOLD.swap(true, Ordering::SeqCst) {
        loop {
            std::hint::spin_loop();
        }
    }
    let name = crate::watch::reading().unwrap_or("a data file");
    for part in ["error: ", name, ": got shorter while it was read: run again when nothing writes to it\n"] {
        // SAFETY: the pointer and the length are those of a text.
        unsafe { libc::write(2, part.as_ptr().cast(), part.len()) };
    }
    signal_hook::low_level::exit(1);
}
