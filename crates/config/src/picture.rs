//! The pictures that a configuration names. They are read when a server starts, and looked at by `config check`.
use super::fault::ConfigFault;
use super::origin::Origin;
use protocol::types::PictureKind;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Largest picture, in bytes.
const MAX_BYTES: u64 = 256 * 1024;
/// Widest and highest picture, in pixels.
const MAX_PIXELS: u32 = 2000;

/// A picture that the configuration names. It is not read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFile {
    /// Where it is.
    pub path: PathBuf,
    pub(super) setting: &'static str,
    pub(super) origin: Origin,
}

/// A picture that was read, and found to be one that pages may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its kind.
    pub kind: PictureKind,
    /// Its file.
    pub bytes: Vec<u8>,
}

impl PictureFile {
    /// Reads it.
    ///
    /// # Errors
    /// Why pages cannot show it, in one sentence with the place in the configuration that names it.
    pub fn read(&self) -> Result<Picture, String> {
        let about = |what: String| {
            let what = format!("{}: {what}", self.path.display());
            ConfigFault::at(&self.origin, self.setting, &what).to_string()
        };
        let bytes = bytes(&self.path)
            .map_err(|error| about(format!("it cannot be read ({error}): name a picture")))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(about(
                "it has more than 256 KiB: make it smaller".to_owned(),
            ));
        }
        let kind = PictureKind::of(&bytes)
            .ok_or_else(|| about("it is no PNG, JPEG, WebP or SVG picture".to_owned()))?;
        match size(kind, &bytes).filter(|size| !size.fits()) {
            Some(size) => Err(about(format!(
                "it is {size} pixels: make it at most {MAX_PIXELS} wide and high"
            ))),
            None => Ok(Picture { kind, bytes }),
        }
    }
}

/// The bytes of a file, and one more than may be.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    // To open a pipe would wait for whoever writes into it.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size(u32, u32);

impl Size {
    fn fits(self) -> bool {
        self.0.max(self.1) <= MAX_PIXELS
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", self.0, self.1)
    }
}

/// How large a picture is, where that can be read without decoding it; a drawing has no size of its own.
fn size(kind: PictureKind, bytes: &[u8]) -> Option<Size> {
    match kind {
        PictureKind::Png => Some(Size(be32(bytes, 16)?, be32(bytes, 20)?)),
        PictureKind::Jpeg => jpeg_size(bytes),
        PictureKind::WebP => webp_size(bytes),
        PictureKind::Svg => None,
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u32::from(two[0]) << 8 | u32::from(two[1]))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(be16(bytes, at)? << 16 | be16(bytes, at + 2)?)
}

fn le(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let few = bytes.get(at..at + count)?;
    Some(
        few.iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte)),
    )
}

/// The size in the frame header, which stands behind any number of other segments (ITU-T T.81, B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<Size> {
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1).filter(|_| bytes.get(at) == Some(&0xff))?;
        match marker {
            // Fill before a marker.
            0xff => at += 1,
            // Frames of every process; not the tables that share their numbers.
            0xc0..=0xcf if ![0xc4, 0xc8, 0xcc].contains(&marker) => {
                return Some(Size(be16(bytes, at + 7)?, be16(bytes, at + 5)?));
            }
            _ => at += 2 + be16(bytes, at + 2)? as usize,
        }
    }
}

/// The size in the first chunk (RFC 9649 §2.5 to §2.7).
fn webp_size(bytes: &[u8]) -> Option<Size> {
    match bytes.get(12..16)? {
        b"VP8X" => Some(Size(le(bytes, 24, 3)? + 1, le(bytes, 27, 3)? + 1)),
        b"VP8L" => {
            let both = le(bytes, 21, 4)?;
            Some(Size((both & 0x3fff) + 1, (both >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => Some(Size(le(bytes, 26, 2)? & 0x3fff, le(bytes, 28, 2)? & 0x3fff)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    fn webp(chunk: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP", chunk].concat()
    }

    #[test]
    fn the_kind_is_told_by_how_a_file_begins() {
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some(PictureKind::Png)),
            (b"\xff\xd8\xff\xe0", Some(PictureKind::Jpeg)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(PictureKind::WebP)),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                Some(PictureKind::Svg),
            ),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --><!DOCTYPE svg>\n<!-- b --><svg>",
                Some(PictureKind::Svg),
            ),
            (b"<svgs>", None),
            (b"<html><svg></svg></html>", None),
            (b"<!-- <svg> ", None),
            (b"GIF89a", None),
            (b"", None),
        ] {
            assert_eq!(
                PictureKind::of(bytes),
                expected,
                "{:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn the_size_is_read_from_each_kind() {
        let read = |bytes: &[u8]| size(PictureKind::of(bytes)?, bytes);
        assert_eq!(read(&png(2001, 3)), Some(Size(2001, 3)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x03a\xff\xc2\0\x11\x08\x01\x02\x03\x04";
        assert_eq!(read(jpeg), Some(Size(0x304, 0x102)));
        let extended = webp(b"VP8X\x0a\0\0\0\0\0\0\0\x2b\x01\0\xc7\0\0");
        assert_eq!(read(&extended), Some(Size(300, 200)));
        let lossless = webp(b"VP8L\0\0\0\0\x2f\x2b\xc1\x31\0");
        assert_eq!(read(&lossless), Some(Size(300, 200)));
        let lossy = webp(b"VP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x2c\x01\xc8\0");
        assert_eq!(read(&lossy), Some(Size(300, 200)));
    }

    #[test]
    fn a_picture_that_is_cut_off_has_no_size_and_no_panic() {
        let whole = [
            png(1, 1),
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x11\x08\x01\x02\x03\x04".to_vec(),
            webp(b"VP8X\x0a\0\0\0\0\0\0\0\x2b\x01\0\xc7\0\0"),
        ];
        for bytes in whole {
            for end in 0..bytes.len() {
                let cut = &bytes[..end];
                assert_eq!(
                    PictureKind::of(cut).and_then(|kind| size(kind, cut)),
                    None,
                    "{end}"
                );
            }
        }
    }

    #[test]
    fn what_pages_cannot_show_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let mut large = png(1, 1);
        large.resize(256 * 1024 + 1, 0);
        for (path, told) in [
            (folder.path().join("none.png"), "it cannot be read ("),
            (
                folder.path().to_owned(),
                "it cannot be read (it is no file)",
            ),
            (file("a.gif", b"GIF89a"), "it is no PNG, JPEG, WebP or SVG"),
            (file("b.png", &large), "it has more than 256 KiB"),
            (file("c.png", &png(2001, 1)), "it is 2001 by 1 pixels"),
        ] {
            let picture = PictureFile {
                path: path.clone(),
                setting: "branding.logo",
                origin: Origin::File {
                    file: "v.toml".to_owned(),
                    line: 7,
                },
            };
            let start = format!("v.toml:7: branding.logo: {}: {told}", path.display());
            let error = picture.read().unwrap_err();
            assert!(error.starts_with(&start), "{error}");
        }
        let sound = PictureFile {
            path: file("d.png", &png(2000, 2000)),
            setting: "branding.icon",
            origin: Origin::Variable("VALETKEY_BRANDING__ICON".to_owned()),
        };
        assert_eq!(sound.read().unwrap().kind, PictureKind::Png);
    }
}
