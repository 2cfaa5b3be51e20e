//! Texts that commands read from a file or from standard input: passwords, secrets, documents.
use super::failure::Failure;
use std::io::Read;
use std::path::Path;

/// A text from a file, or standard input for `-`, without one line end at its end.
pub(super) fn read_text(file: &Path, what: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match file == Path::new("-") {
        true => std::io::stdin().read_to_string(&mut text),
        false => std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text)),
    };
    read.map_err(|error| {
        Failure::failed(format!(
            "cannot read the {what} from {}: {error}",
            file.display()
        ))
    })?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
