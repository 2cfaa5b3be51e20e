//! Just enough of an HTML reader for markup that we write ourselves.

/// An opening or closing tag.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) closes: bool,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    /// Value of an attribute of an opening tag; "" for one without a value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// All tags in order. Anything unexpected is a panic, so a failed test.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let end = end_of_tag(after);
        if !after.starts_with('!') {
            tags.push(tag(&after[..end]));
        }
        rest = &after[end + 1..];
    }
    tags
}

/// Where the `>` is that is not inside quotes.
fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    let mut bytes = text.bytes();
    let end = bytes.position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.expect("a tag ends")
}

fn tag(text: &str) -> Tag {
    let (closes, text) = match text.strip_prefix('/') {
        Some(name) => (true, name),
        None => (false, text),
    };
    let (name, mut rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut attributes = Vec::new();
    while !rest.trim_start().is_empty() {
        let (attribute, after) = attribute(rest.trim_start());
        attributes.push(attribute);
        rest = after;
    }
    let letters = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(!name.is_empty() && letters(name), "strange tag: {text}");
    Tag {
        name: name.to_owned(),
        closes,
        attributes,
    }
}

fn attribute(text: &str) -> ((String, String), &str) {
    let end = text.find(|c: char| c == '=' || c.is_whitespace());
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    assert!(
        !name.is_empty() && name.chars().all(plain),
        "strange attribute: {text}"
    );
    let Some(value) = rest.strip_prefix('=') else {
        return ((name.to_owned(), String::new()), rest);
    };
    let value = value.strip_prefix('"').expect("values are quoted");
    let (value, rest) = value.split_once('"').expect("the quote ends");
    ((name.to_owned(), value.to_owned()), rest)
}

/// The first closing tag that does not fit, if any.
pub(crate) fn unbalanced(tags: &[Tag]) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    for tag in tags {
        if tag.closes && open.pop() != Some(&tag.name) {
            return Some(format!("</{}>", tag.name));
        }
        let is_void = matches!(tag.name.as_str(), "meta" | "link" | "input" | "img" | "br");
        if !tag.closes && !is_void {
            open.push(&tag.name);
        }
    }
    open.last().map(|name| format!("<{name}>"))
}
