//! Requests in several languages: one description of a request, one template a language. The programs are whole:
//! with the named variables in the environment they run as they stand.
use askama::Template;

/// A request that an app makes.
#[derive(Clone, Debug)]
pub(super) struct Call<'a> {
    /// Where to.
    pub(super) url: &'a str,
    /// How the sender proves itself.
    pub(super) auth: Auth,
    /// The fields of the form; none is a `GET`.
    pub(super) fields: Vec<(&'static str, Value<'a>)>,
    /// Whether the answer has a body.
    pub(super) answers: bool,
    /// The app that makes it, where that is known.
    pub(super) client_id: Option<&'a str>,
}

/// How the sender proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Auth {
    /// `client_id` and secret as HTTP Basic.
    Basic,
    /// An access token.
    Bearer,
    /// A public app: `client_id` among the fields.
    None,
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Always this.
    Text(&'a str),
    /// What a variable of the environment holds.
    Variable(&'static str),
}

impl Value<'_> {
    fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Variable(_) => None,
        }
    }

    fn variable(&self) -> Option<&'static str> {
        match self {
            Value::Text(_) => None,
            Value::Variable(name) => Some(name),
        }
    }
}

impl Call<'_> {
    /// The variables that the program reads.
    fn variables(&self) -> Vec<&'static str> {
        let own: &[&str] = match self.auth {
            Auth::Basic if self.client_id.is_some() => &["CLIENT_SECRET"],
            Auth::Basic => &["CLIENT_ID", "CLIENT_SECRET"],
            Auth::Bearer => &["ACCESS_TOKEN"],
            Auth::None => &[],
        };
        let fields = self.fields.iter().filter_map(|(_, value)| value.variable());
        own.iter().copied().chain(fields).collect()
    }

    /// The app's id, or the words for the variable that holds it. An id has no character that any language reads.
    fn id_or(&self, variable: &str) -> String {
        self.client_id.unwrap_or(variable).to_owned()
    }

    /// The app's id as a literal, or the words for the variable that holds it.
    fn literal_or(&self, variable: &str) -> String {
        literal_or(self.client_id, variable)
    }

    fn is_basic(&self) -> bool {
        self.auth == Auth::Basic
    }

    fn is_bearer(&self) -> bool {
        self.auth == Auth::Bearer
    }

    fn is_post(&self) -> bool {
        !self.fields.is_empty()
    }

    /// The request for the shell.
    pub(super) fn shell(&self) -> String {
        rendered(&Curl { call: self })
    }

    /// The same with a JSON body.
    pub(super) fn shell_as_json(&self) -> String {
        rendered(&CurlJson { call: self })
    }

    /// The same with its parameters in the URL and no body.
    pub(super) fn shell_as_query(&self) -> String {
        rendered(&CurlQuery { call: self })
    }

    /// The request in every language, as fenced Markdown.
    pub(super) fn markdown(&self) -> String {
        fenced(&[
            ("bash", self.shell()),
            ("python", rendered(&Python { call: self })),
            ("javascript", rendered(&Node { call: self })),
            ("go", rendered(&Go { call: self })),
            ("rust", rendered(&Rust { call: self })),
        ])
    }
}

/// The link that starts the code grant.
#[derive(Clone, Debug)]
pub(super) struct Link<'a> {
    pub(super) url: &'a str,
    pub(super) scope: &'a str,
    /// The app that it is for, where that is known.
    pub(super) client_id: Option<&'a str>,
    /// Where the person comes back to, where that is known.
    pub(super) redirect_uri: Option<&'a str>,
}

impl Link<'_> {
    /// How to make it in every language, as fenced Markdown.
    pub(super) fn markdown(&self) -> String {
        fenced(&[
            ("bash", rendered(&LinkCurl { link: self })),
            ("python", rendered(&LinkPython { link: self })),
            ("javascript", rendered(&LinkNode { link: self })),
            ("go", rendered(&LinkGo { link: self })),
            ("rust", rendered(&LinkRust { link: self })),
        ])
    }

    /// Whether a program reads a variable.
    fn reads(&self) -> bool {
        self.client_id.is_none() || self.redirect_uri.is_none()
    }

    fn id_or(&self, variable: &str) -> String {
        literal_or(self.client_id, variable)
    }

    fn uri_or(&self, variable: &str) -> String {
        literal_or(self.redirect_uri, variable)
    }

    fn encoded_uri_or(&self, variable: &str) -> String {
        self.redirect_uri
            .map_or_else(|| variable.to_owned(), encoded)
    }
}

fn literal_or(own: Option<&str>, variable: &str) -> String {
    own.map_or_else(|| variable.to_owned(), quoted)
}

fn rendered(program: &impl Template) -> String {
    let program = program
        .render()
        .expect("rendering writes to a String, which cannot fail");
    program.trim_end().to_owned()
}

fn fenced(programs: &[(&str, String)]) -> String {
    let fence = |(language, program): &(&str, String)| {
        format!(
            "````{language}
{program}
````
"
        )
    };
    programs.iter().map(fence).collect::<Vec<_>>().join(
        "
",
    )
}

/// A word of the shell.
pub(super) fn sh(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:=".contains(&b);
    match text.bytes().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// Text inside double quotes of the shell.
fn in_quotes(text: &str) -> String {
    let special = |c: char| matches!(c, '$' | '`' | '"' | '\\');
    let escaped = |c: char| special(c).then_some('\\').into_iter().chain([c]);
    text.chars().flat_map(escaped).collect()
}

/// A literal of Python, JavaScript and Rust alike.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A percent-encoded value in a query.
pub(super) fn encoded(text: &str) -> String {
    crate::link::percent_encoded(text)
}

macro_rules! program {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path, escape = "none")]
        struct $name<'a> {
            call: &'a Call<'a>,
        }
    };
}

macro_rules! link_program {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path, escape = "none")]
        struct $name<'a> {
            link: &'a Link<'a>,
        }
    };
}

program!(Curl, "developers/snippets/call.sh");
program!(CurlJson, "developers/snippets/json.sh");
program!(CurlQuery, "developers/snippets/query.sh");
program!(Python, "developers/snippets/call.py");
program!(Node, "developers/snippets/call.mjs");
program!(Go, "developers/snippets/call.go");
program!(Rust, "developers/snippets/call.rs");
link_program!(LinkCurl, "developers/snippets/link.sh");
link_program!(LinkPython, "developers/snippets/link.py");
link_program!(LinkNode, "developers/snippets/link.mjs");
link_program!(LinkGo, "developers/snippets/link.go");
link_program!(LinkRust, "developers/snippets/link.rs");
