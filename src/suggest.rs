//! Near misses: what a misspelt name was most likely meant to be.

/// The candidate that `word` is most likely a slip of.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count().min(word.chars().count()) / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `; did you mean …?`, or nothing.
pub(crate) fn suggestion<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map(|found| format!("; did you mean `{}`?", printable(found))).unwrap_or_default()
}

/// A name of others in a message, in which nothing steers the terminal or begins a line.
pub(crate) fn printable(name: &str) -> String {
    name.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_strangers() {
        assert_eq!(nearest("Gendr", ["age", "gender"]), Some("gender"));
        assert_eq!(nearest("selection_rat.ratio", ["selection_rate.ratio", "tpr"]), Some("selection_rate.ratio"));
        assert_eq!(nearest("wibble", ["age", "gender"]), None);
        assert_eq!(suggestion("sx", ["sex"]), "; did you mean `sex`?");
        assert_eq!(suggestion("wibble", ["sex"]), "");
        assert_eq!(suggestion("sx", ["s\u{1b}x"]), "; did you mean `s\u{fffd}x`?");
    }
}
