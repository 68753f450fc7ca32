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

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers up to 100, and how far reading came.
    fn numbers(give: &mut dyn FnMut(Result<u32, String>) -> bool) -> u32 {
        (0..100).find(|number| !give(Ok(*number))).unwrap_or(100)
    }

    #[test]
    fn parts_come_in_their_order_until_there_are_enough() {
        let mut found = Vec::new();
        let all = side_by_side(numbers, |number| {
            found.push(number);
            Ok(false)
        });
        assert_eq!((all, found), (Ok(100), (0..100).collect()));
        let read = side_by_side(numbers, |number| Ok(number == 3)).expect("no fault");
        assert!((4..=5).contains(&read), "{read}");
    }

    #[test]
    fn the_first_fault_is_told() {
        let fault = |text: &str| -> Result<u32, String> { Err(text.into()) };
        assert_eq!(
            side_by_side(numbers, |number| if number == 3 { Err("taking".into()) } else { Ok(false) }),
            fault("taking")
        );
        let read = |give: &mut dyn FnMut(Result<u32, String>) -> bool| {
            assert!(give(Ok(1)) && !give(Err("reading".into())), "a fault is the last");
            1
        };
        assert_eq!(side_by_side(read, |_| Ok(false)), fault("reading"));
        let broken = |_: &mut dyn FnMut(Result<u32, String>) -> bool| -> u32 { panic!("on purpose") };
        assert_eq!(side_by_side(broken, |_| Ok(false)), fault("the reading stopped half-way"));
    }
}
