//! The cookies of one browser on one host.

/// A cookie as the server set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its attributes as written (`HttpOnly`, `SameSite=Lax` …).
    pub attributes: Vec<String>,
}

impl Cookie {
    /// Reads a `Set-Cookie` header; `None` when it names no cookie.
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        Some(Cookie {
            name: name.to_owned(),
            value: value.to_owned(),
            attributes: parts.map(str::to_owned).collect(),
        })
    }

    /// The value of an attribute, empty for one without a value; names are compared without case.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find_map(|attribute| {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// Whether the server takes the cookie back with this header.
    fn is_removal(&self) -> bool {
        let spent = self.attribute("Max-Age").and_then(|age| age.parse().ok());
        let past = |date: &str| date.contains("1970");
        spent.is_some_and(|age: i64| age <= 0) || self.attribute("Expires").is_some_and(past)
    }
}

/// What a browser holds.
#[derive(Clone, Debug, Default)]
pub struct CookieJar(Vec<Cookie>);

impl CookieJar {
    /// Takes in a `Set-Cookie` header.
    pub fn set(&mut self, header: &str) {
        let Some(cookie) = Cookie::parse(header) else {
            return;
        };
        self.0.retain(|held| held.name != cookie.name);
        if !cookie.is_removal() {
            self.0.push(cookie);
        }
    }

    /// The `Cookie` header to send, if there is any cookie.
    pub fn header(&self) -> Option<String> {
        let pairs: Vec<String> = self
            .0
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// All cookies held.
    pub fn all(&self) -> &[Cookie] {
        &self.0
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
