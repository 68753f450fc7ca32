//! Delimited text with quotes where none should be: within a field that does not begin
//! with one (`5" disk`), or followed by more text. The reader takes such a quote to
//! open a field and loses the rows up to the next one; so these files, which are few, are
//! read field by field, the quotes as they stand.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Terminator};

use super::batches::{Batches, Take};
use super::lines;

/// The columns at these places, batch by batch. A field that a line lacks is no value.
pub(super) fn stream(path: &Path, delimiter: u8, places: &[usize], take: Take<'_>) -> Result<(), String> {
    let text = lines::open(path).map_err(|error| error.to_string())?;
    let mut builder = ReaderBuilder::new();
    // A return alone ends no line for the reader either.
    builder.delimiter(delimiter).flexible(true).terminator(Terminator::Any(b'\n'));
    let mut reader = builder.from_reader(text);
    reader.headers().map_err(|error| error.to_string())?;
    let (mut batches, mut record) = (Batches::new(places.len(), take), StringRecord::new());
    while reader.read_record(&mut record).map_err(|error| error.to_string())? {
        let last = record.len() - 1;
        let field = |place: usize| {
            let field = record.get(place)?;
            let field = field.strip_suffix('\r').filter(|_| place == last).unwrap_or(field);
            (!field.is_empty()).then(|| field.to_string())
        };
        if !batches.add(|at| Ok(field(places[at])))? {
            return Ok(());
        }
    }
    batches.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stand_for_themselves_where_they_do_not_begin_a_field() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let text = "a,b\r\n5\" disk,x\n\"7\"\" \n disk\",\"y\"z\r\n\"\",p\rq\nshort\n";
        std::fs::write(file.path(), text).expect("written");
        let mut found = Vec::new();
        let mut take = |columns: Vec<super::super::column::Column<'_>>, rows: usize| {
            let text = |row: usize, at: usize| columns[at].text(row).map(str::to_string);
            found.extend((0..rows).map(|row| [text(row, 1), text(row, 0)]));
            false
        };
        stream(file.path(), b',', &[1, 0], &mut take).expect("read");
        let some = |text: &str| Some(text.to_string());
        assert_eq!(
            found,
            [
                [some("5\" disk"), some("x")],
                [some("7\" \n disk"), some("yz")],
                [None, some("p\rq")],
                [some("short"), None]
            ]
        );
    }
}
