//! Two things at a time: one part of a file is counted while the next is read.

use std::sync::mpsc::sync_channel;

/// Runs `read`, which gives part after part, a fault as the last of them, until nobody
/// takes them; each is handed to `take` until that has enough. What `read` returns.
///
/// # Errors
/// The fault that was given, or that of `take`.
pub(super) fn side_by_side<P: Send, O: Send>(
    read: impl FnOnce(&mut dyn FnMut(Result<P, String>) -> bool) -> O + Send,
    mut take: impl FnMut(P) -> Result<bool, String>,
) -> Result<O, String> {
    // Nothing waits in between: while one part is counted, one is ready or in the making.
    let (give, parts) = sync_channel(0);
    std::thread::scope(|scope| {
        let read = move || read(&mut |part: Result<P, String>| part.is_ok() & give.send(part).is_ok());
        let reading = std::thread::Builder::new().spawn_scoped(scope, read).map_err(|error| error.to_string())?;
        for part in parts {
            if take(part?)? {
                break;
            }
        }
        reading.join().map_err(|_| "the reading stopped half-way".to_string())
    })
}
