//! Finds the forms of a page: enough HTML to fill in our own, and no more.

/// One named control of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The element: `input`, `button`, `select` or `textarea`.
    pub element: String,
    /// The `type` attribute in lower case, empty when absent.
    pub kind: String,
    /// The `name` attribute.
    pub name: String,
    /// The `value` attribute, empty when absent.
    pub value: String,
}

impl Field {
    /// Whether a browser sends this field as it stands when another control submits the form.
    fn is_sent(&self) -> bool {
        let pressed = self.element == "button"
            || matches!(
                self.kind.as_str(),
                "submit" | "button" | "reset" | "checkbox" | "radio"
            );
        !pressed
    }
}

/// A form of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The `action` attribute, empty when absent (the page itself).
    pub action: String,
    /// The `method` attribute in lower case, `get` when absent.
    pub method: String,
    /// The named controls in the order of the page.
    pub fields: Vec<Field>,
}

impl Form {
    /// The value of the first field called `name`.
    pub fn value(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.name == name);
        field.map(|field| field.value.as_str())
    }

    /// What a browser would send: hidden and typed fields, with `typed` laid over them. A name in
    /// `typed` that the form has not is sent too, so that a test can press a button or forge a field.
    pub fn filled(&self, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let is_typed = |name: &str| typed.iter().any(|(typed, _)| *typed == name);
        let kept = self.fields.iter().filter(|field| field.is_sent());
        let mut pairs: Vec<(String, String)> = kept
            .filter(|field| !is_typed(&field.name))
            .map(|field| (field.name.clone(), field.value.clone()))
            .collect();
        let typed = typed.iter();
        pairs.extend(typed.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        pairs
    }
}

/// All forms of `page`, in order.
pub fn forms(page: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut open: Option<Form> = None;
    let mut options = 0;
    for tag in tags(page) {
        match tag.name.as_str() {
            "form" => {
                forms.extend(open.take());
                open = Some(Form {
                    action: tag.attribute("action").unwrap_or_default(),
                    method: tag
                        .attribute("method")
                        .unwrap_or_else(|| "get".to_owned())
                        .to_ascii_lowercase(),
                    fields: Vec::new(),
                });
            }
            "/form" => forms.extend(open.take()),
            "option" => {
                options += 1;
                let chosen = options == 1 || tag.attribute("selected").is_some();
                let select = open.as_mut().and_then(|form| form.fields.last_mut());
                let select = select.filter(|field| field.element == "select" && chosen);
                if let (Some(select), Some(value)) = (select, tag.attribute("value")) {
                    select.value = value;
                }
            }
            "input" | "button" | "select" | "textarea" => {
                options = 0;
                if let (Some(form), Some(field)) = (&mut open, tag.field()) {
                    form.fields.push(field);
                }
            }
            _ => {}
        }
    }
    forms.extend(open);
    forms
}

/// A tag: its name in lower case (a closing tag keeps its slash) and its attributes.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<String> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    }

    fn field(&self) -> Option<Field> {
        let kind = self.attribute("type").unwrap_or_default();
        Some(Field {
            element: self.name.clone(),
            kind: kind.to_ascii_lowercase(),
            name: self.attribute("name")?,
            value: self.attribute("value").unwrap_or_default(),
        })
    }
}

/// The tags of `page`; comments, scripts and styles are skipped.
fn tags(page: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = after(comment, "-->");
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') {
            continue;
        }
        let (tag, remaining) = read_tag(rest);
        rest = match tag.name.as_str() {
            "script" => after(remaining, "</script"),
            "style" => after(remaining, "</style"),
            _ => remaining,
        };
        found.push(tag);
    }
    found
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    match text.find(end) {
        Some(at) => &text[at + end.len()..],
        None => "",
    }
}

/// Reads one tag behind its `<`; also returns what follows its `>`.
fn read_tag(text: &str) -> (Tag, &str) {
    let end = |c: char| c.is_ascii_whitespace() || c == '>';
    let name_end = text.find(end).unwrap_or(text.len());
    let name = text[..name_end].trim_end_matches(|c| c == '/' && name_end > 1);
    let mut tag = Tag {
        name: name.to_ascii_lowercase(),
        attributes: Vec::new(),
    };
    let mut rest = &text[name_end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (tag, rest);
        }
        if let Some(remaining) = rest.strip_prefix('>') {
            return (tag, remaining);
        }
        let (attribute, remaining) = read_attribute(rest);
        tag.attributes.push(attribute);
        rest = remaining;
    }
}

/// Reads one attribute, with or without a value.
fn read_attribute(text: &str) -> ((String, String), &str) {
    let end = |c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/');
    let name_end = text.find(end).unwrap_or(text.len()).max(1).min(text.len());
    let name = text[..name_end].to_ascii_lowercase();
    let rest = text[name_end..].trim_start();
    let Some(value) = rest.strip_prefix('=') else {
        return ((name, String::new()), rest);
    };
    let value = value.trim_start();
    let (raw, rest) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = &value[1..];
            inner.split_once(quote).unwrap_or((inner, ""))
        }
        _ => {
            let bare = |c: char| c.is_ascii_whitespace() || c == '>';
            value.split_at(value.find(bare).unwrap_or(value.len()))
        }
    };
    ((name, unescape(raw)), rest)
}

/// Resolves the character references that templates write.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let known = rest[1..]
            .split_once(';')
            .and_then(|(name, after)| Some((reference(name)?, after)));
        match known {
            Some((character, after)) => {
                out.push(character);
                rest = after;
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}
