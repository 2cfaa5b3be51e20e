//! Messages of Protocol Buffers, written field by field. What OTLP needs of them is little, and what is only written needs no
//! schema at run time.

/// A message in the making.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

/// How a field is laid out.
#[derive(Clone, Copy)]
enum Wire {
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

impl Message {
    /// Its bytes.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn tag(&mut self, field: u32, wire: Wire) {
        self.raw(u64::from(field) << 3 | wire as u64);
    }

    fn raw(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// A number that is mostly small.
    pub(super) fn varint(&mut self, field: u32, value: u64) {
        self.tag(field, Wire::Varint);
        self.raw(value);
    }

    /// A number of 64 bits.
    pub(super) fn fixed64(&mut self, field: u32, value: u64) {
        self.tag(field, Wire::Fixed64);
        self.0.extend(value.to_le_bytes());
    }

    /// A number of 32 bits.
    pub(super) fn fixed32(&mut self, field: u32, value: u32) {
        self.tag(field, Wire::Fixed32);
        self.0.extend(value.to_le_bytes());
    }

    /// A number with a fraction.
    pub(super) fn double(&mut self, field: u32, value: f64) {
        self.fixed64(field, value.to_bits());
    }

    /// Bytes, or a text.
    pub(super) fn bytes(&mut self, field: u32, value: impl AsRef<[u8]>) {
        self.tag(field, Wire::Bytes);
        self.raw(value.as_ref().len() as u64);
        self.0.extend(value.as_ref());
    }

    /// Another message within it.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut Message)) {
        let mut inner = Message::default();
        write(&mut inner);
        self.bytes(field, inner.0);
    }

    /// Numbers of 64 bits in a row.
    pub(super) fn packed64(&mut self, field: u32, values: impl Iterator<Item = u64>) {
        let packed: Vec<u8> = values.flat_map(u64::to_le_bytes).collect();
        self.bytes(field, packed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the encoding's own documentation.
    #[test]
    fn fields_are_laid_out_as_the_encoding_says() {
        let written = |write: &dyn Fn(&mut Message)| {
            let mut message = Message::default();
            write(&mut message);
            message.into_bytes()
        };
        assert_eq!(written(&|m| m.varint(1, 150)), [0x08, 0x96, 0x01]);
        assert_eq!(
            written(&|m| m.bytes(2, "testing")),
            [0x12, 7, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]
        );
        assert_eq!(
            written(&|m| m.message(3, |inner| inner.varint(1, 150))),
            [0x1a, 3, 0x08, 0x96, 0x01]
        );
        assert_eq!(
            written(&|m| m.fixed64(1, 2)),
            [0x09, 2, 0, 0, 0, 0, 0, 0, 0]
        );
        assert_eq!(written(&|m| m.fixed32(16, 1)), [0x85, 0x01, 1, 0, 0, 0]);
        assert_eq!(written(&|m| m.packed64(6, [1].into_iter()))[..2], [0x32, 8]);
    }
}
