//! Writes every sample to `DIR/<page>-<n>.html`, complete with its stylesheets,
//! to look at in a browser: `cargo run -p pages --example samples -- DIR`.

use std::path::Path;
use std::{env, fs, io};

use pages::{brand_stylesheet, every_sample, stylesheet};
use protocol::types::Colour;

fn main() -> io::Result<()> {
    let dir = env::args_os().nth(1).ok_or_else(usage)?;
    let dir = Path::new(&dir);
    fs::create_dir_all(dir)?;
    for sample in every_sample(protocol::types::Language::English) {
        let file = dir.join(format!("{}-{}.html", sample.page, sample.number));
        fs::write(&file, with_styles(&sample.html))?;
        println!("{}", file.display());
    }
    Ok(())
}

fn usage() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "usage: samples DIR")
}

/// The same document with the stylesheets in place of the links to them.
fn with_styles(html: &str) -> String {
    let (path, css) = stylesheet();
    let link = |path: &str| format!("<link rel=\"stylesheet\" href=\"{path}\">");
    let style = |css: &str| format!("<style>{css}</style>");
    html.replace(&link(path), &style(css)).replace(
        &link("/assets/brand.css"),
        &style(&brand_stylesheet(Colour::parse("#0b7a4b"), None)),
    )
}
