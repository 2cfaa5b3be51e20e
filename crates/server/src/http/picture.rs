//! Pictures of strangers are drawn anew: what is kept is pixels, whatever else the file was.
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits};
use protocol::types::PictureKind;
use std::io::Cursor;
use tokio::sync::Semaphore;

/// The widest and highest picture that is looked at of somebody who is signed in, in pixels.
pub(crate) const MAX_SIDE: u32 = 4_096;
/// The widest and highest that is kept.
const KEPT_SIDE: u32 = 192;
/// The most memory that reading one may take, in bytes.
const MAX_MEMORY: u64 = 96 * 1024 * 1024;

/// Why a picture is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureFault {
    /// It is none, or of a kind that is not shown.
    Kind,
    /// It moves.
    Animated,
    /// It has more pixels than are looked at.
    Large,
    /// It cannot be read to its end.
    Broken,
}

/// One at a time: each takes memory.
static TURN: Semaphore = Semaphore::const_new(1);

/// The picture as a PNG of at most 192 pixels each way, off the threads that answer requests. `most_side`: the widest and highest
/// that is looked at, in pixels.
///
/// # Errors
/// [`PictureFault`].
pub(crate) async fn redrawn(bytes: Vec<u8>, most_side: u32) -> Result<Vec<u8>, PictureFault> {
    let turn = TURN.acquire().await;
    let drawn = tokio::task::spawn_blocking(move || redraw(&bytes, most_side)).await;
    drop(turn);
    drawn.unwrap_or(Err(PictureFault::Broken))
}

fn redraw(bytes: &[u8], most_side: u32) -> Result<Vec<u8>, PictureFault> {
    let file = Cursor::new(bytes);
    let picture = match PictureKind::of(bytes) {
        Some(PictureKind::Png) => {
            let decoder = PngDecoder::new(file).map_err(fault)?;
            match decoder.is_apng().map_err(fault)? {
                true => return Err(PictureFault::Animated),
                false => decoded(decoder, most_side)?,
            }
        }
        Some(PictureKind::WebP) => {
            let decoder = WebPDecoder::new(file).map_err(fault)?;
            match decoder.has_animation() {
                true => return Err(PictureFault::Animated),
                false => decoded(decoder, most_side)?,
            }
        }
        Some(PictureKind::Jpeg) => decoded(JpegDecoder::new(file).map_err(fault)?, most_side)?,
        // A drawing may hold scripts.
        Some(PictureKind::Svg) | None => return Err(PictureFault::Kind),
    };
    let small = match picture.width().max(picture.height()) > KEPT_SIDE {
        true => picture.thumbnail(KEPT_SIDE, KEPT_SIDE),
        false => picture,
    };
    let mut drawn = Vec::new();
    DynamicImage::from(small.to_rgba8())
        .write_to(&mut Cursor::new(&mut drawn), ImageFormat::Png)
        .map_err(|_| PictureFault::Broken)?;
    Ok(drawn)
}

fn decoded(mut decoder: impl ImageDecoder, most_side: u32) -> Result<DynamicImage, PictureFault> {
    let (width, height) = decoder.dimensions();
    if width.max(height) > most_side {
        return Err(PictureFault::Large);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    decoder.set_limits(limits).map_err(fault)?;
    let orientation = decoder.orientation().map_err(fault)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(fault)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn fault(error: ImageError) -> PictureFault {
    match error {
        ImageError::Limits(_) => PictureFault::Large,
        _ => PictureFault::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbaImage;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::from(RgbaImage::new(width, height));
        let picture = match format {
            ImageFormat::Jpeg => DynamicImage::from(picture.to_rgb8()),
            _ => picture,
        };
        picture
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        bytes
    }

    #[test]
    fn what_is_kept_is_a_small_png_and_nothing_that_came_along() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let mut file = picture(600, 300, format);
            file.extend_from_slice(b"<script>alert(1)</script>");
            let drawn = redraw(&file, MAX_SIDE).unwrap();
            assert_eq!(PictureKind::of(&drawn), Some(PictureKind::Png));
            let again = image::load_from_memory(&drawn).unwrap();
            assert_eq!((again.width(), again.height()), (192, 96));
            assert!(!drawn.windows(8).any(|part| part == b"<script>"));
        }
        let small = redraw(&picture(40, 20, ImageFormat::Png), MAX_SIDE).unwrap();
        assert_eq!(image::load_from_memory(&small).unwrap().width(), 40);
    }

    #[test]
    fn what_cannot_be_shown_safely_is_refused() {
        let mut cut = picture(60, 60, ImageFormat::Png);
        cut.truncate(40);
        let mut bomb = picture(1, 1, ImageFormat::Png);
        // A header that claims to be 20,000 pixels wide, with its checksum.
        bomb[16..20].copy_from_slice(&20_000_u32.to_be_bytes());
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        for (file, refused) in [
            (
                b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),
                PictureFault::Kind,
            ),
            (b"GIF89a".to_vec(), PictureFault::Kind),
            (b"%PDF-1.7".to_vec(), PictureFault::Kind),
            (Vec::new(), PictureFault::Kind),
            (cut, PictureFault::Broken),
            (bomb, PictureFault::Large),
            (
                picture(MAX_SIDE + 1, 1, ImageFormat::Png),
                PictureFault::Large,
            ),
            (animated_webp(), PictureFault::Animated),
        ] {
            assert_eq!(redraw(&file, MAX_SIDE), Err(refused));
        }
    }

    /// CRC-32 as PNG has it.
    fn crc(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
                1 => crc >> 1 ^ 0xedb8_8320,
                _ => crc >> 1,
            })
        };
        !bytes.iter().fold(u32::MAX, step)
    }

    /// A header that says that the file moves, and one empty frame.
    fn animated_webp() -> Vec<u8> {
        let still = picture(1, 1, ImageFormat::WebP);
        let frame_data = &still[12..];
        let mut frame = vec![0; 16];
        frame.extend_from_slice(frame_data);
        let mut chunks = b"VP8X\x0a\0\0\0\x02\0\0\0\0\0\0\0\0\0".to_vec();
        chunks.extend_from_slice(b"ANIM\x06\0\0\0\0\0\0\0\0\0");
        chunks.extend_from_slice(b"ANMF");
        chunks.extend_from_slice(&u32::try_from(frame.len()).unwrap().to_le_bytes());
        chunks.extend_from_slice(&frame);
        let mut file = b"RIFF".to_vec();
        file.extend_from_slice(&u32::try_from(chunks.len() + 4).unwrap().to_le_bytes());
        file.extend_from_slice(b"WEBP");
        file.extend_from_slice(&chunks);
        file
    }
}
