//! From the Markdown of a chapter to its HTML: headings with anchors, code and tables that scroll on their own and
//! by keyboard, the same request in several languages as one group. Raw HTML in it is shown as text.
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    /// Its `id`.
    pub(super) id: String,
    /// Its words.
    pub(super) text: String,
    /// The headings of the third level under it.
    pub(super) below: Vec<Anchor>,
}

/// A chapter's body as HTML, with its headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) html: String,
    pub(super) anchors: Vec<Anchor>,
}

/// A code block: the word behind its fence, and its text.
struct Code {
    language: String,
    text: String,
}

/// Renders a body. Its headings start at the second level.
pub(super) fn render(markdown: &str) -> Rendered {
    let mut writer = Writer::default();
    let mut links = Vec::new();
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    let mut events = parser.filter_map(|event| harmless(event, &mut links));
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let text = text_until(&mut events, TagEnd::CodeBlock);
                writer.codes.push(Code {
                    language: language(&kind),
                    text,
                });
            }
            Event::Start(Tag::Heading { level, .. }) => {
                let inner: Vec<Event<'_>> = until(&mut events, TagEnd::Heading(level)).collect();
                writer.heading(level, inner);
            }
            Event::Start(Tag::Table(_)) => {
                let inner: Vec<Event<'_>> = until(&mut events, TagEnd::Table).collect();
                writer.table(event, inner);
            }
            event => writer.plain(event),
        }
    }
    writer.finish()
}

/// The events up to the end of what has begun.
fn until<'a>(
    events: &mut impl Iterator<Item = Event<'a>>,
    end: TagEnd,
) -> impl Iterator<Item = Event<'a>> {
    events.take_while(move |event| *event != Event::End(end))
}

fn text_until<'a>(events: &mut impl Iterator<Item = Event<'a>>, end: TagEnd) -> String {
    words(until(events, end).collect::<Vec<_>>().iter())
}

/// The words of some events, without their markup.
fn words<'a>(events: impl Iterator<Item = &'a Event<'a>>) -> String {
    let text = |event: &'a Event<'a>| match event {
        Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
        _ => None,
    };
    events.filter_map(text).collect()
}

fn language(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(language) => language.to_string(),
        CodeBlockKind::Indented => String::new(),
    }
}

/// What people call what stands behind a fence.
fn title(language: &str) -> &str {
    match language {
        "bash" => "curl",
        "python" => "Python",
        "javascript" => "Node",
        "go" => "Go",
        "rust" => "Rust",
        "json" => "Answer",
        "http" => "Request",
        "text" | "" => "Example",
        other => other,
    }
}

#[derive(Default)]
struct Writer<'a> {
    html: String,
    anchors: Vec<Anchor>,
    ids: BTreeSet<String>,
    /// Code blocks that follow each other, not yet written.
    codes: Vec<Code>,
    /// Events not yet written.
    waiting: Vec<Event<'a>>,
    /// How many groups of snippets were written; it names the next.
    groups: usize,
}

impl<'a> Writer<'a> {
    fn plain(&mut self, event: Event<'a>) {
        self.flush_codes();
        self.waiting.push(event);
    }

    fn flush(&mut self) {
        html::push_html(&mut self.html, self.waiting.drain(..));
    }

    fn heading(&mut self, level: HeadingLevel, inner: Vec<Event<'a>>) {
        self.flush_codes();
        let text = words(inner.iter());
        let id = self.new_id(&text);
        self.flush();
        let _ = write!(self.html, "<{level} id=\"{id}\">");
        self.waiting.extend(inner);
        self.flush();
        let _ = writeln!(self.html, "</{level}>");
        let anchor = Anchor {
            id,
            text,
            below: Vec::new(),
        };
        match (level, self.anchors.last_mut()) {
            (HeadingLevel::H3, Some(section)) => section.below.push(anchor),
            _ => self.anchors.push(anchor),
        }
    }

    fn table(&mut self, start: Event<'a>, inner: Vec<Event<'a>>) {
        self.flush_codes();
        self.flush();
        self.html.push_str(
            "<div class=\"scrolls\" role=\"group\" aria-label=\"Table\" tabindex=\"0\">\n",
        );
        let columns = columns(&inner);
        self.waiting.push(start);
        self.waiting.extend(inner);
        self.waiting.push(Event::End(TagEnd::Table));
        let mut table = String::new();
        html::push_html(&mut table, self.waiting.drain(..));
        self.html.push_str(&labelled(&table, &columns));
        self.html.push_str("</div>\n");
    }

    /// A heading's words in small letters, without what stands in brackets at its end; a number behind them where another has the same.
    fn new_id(&mut self, text: &str) -> String {
        let head = text.split(" (").next().unwrap_or(text);
        let plain: String = head
            .to_lowercase()
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '_' {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
        let base = match parts.is_empty() {
            true => "section".to_owned(),
            false => parts.join("-"),
        };
        let mut id = base.clone();
        let mut number = 1;
        while !self.ids.insert(id.clone()) {
            number += 1;
            id = format!("{base}-{number}");
        }
        id
    }

    /// One block of code stands by itself; several in a row are the same in several languages, of which the
    /// first is open.
    fn flush_codes(&mut self) {
        let codes = std::mem::take(&mut self.codes);
        if codes.is_empty() {
            return;
        }
        self.flush();
        if let [code] = codes.as_slice() {
            self.code(code);
            return;
        }
        self.groups += 1;
        self.html.push_str("<div class=\"snippets\">\n");
        for (at, code) in codes.iter().enumerate() {
            let open = if at == 0 { " open=\"\"" } else { "" };
            let (group, name) = (self.groups, title(&code.language));
            let _ = writeln!(
                self.html,
                "<details name=\"snippet-{group}\"{open}><summary>{name}</summary>"
            );
            self.code(code);
            self.html.push_str("</details>\n");
        }
        self.html.push_str("</div>\n");
    }

    fn code(&mut self, code: &Code) {
        let name = title(&code.language);
        let word = if code.language.is_empty() {
            "text"
        } else {
            &code.language
        };
        let _ = write!(
            self.html,
            "<pre class=\"code\" role=\"group\" aria-label=\"{name}\" tabindex=\"0\" data-copy=\"\"><code class=\"language-{word}\">"
        );
        html::push_html(
            &mut self.html,
            std::iter::once(Event::Text(code.text.as_str().into())),
        );
        self.html.push_str("</code></pre>\n");
    }

    fn finish(mut self) -> Rendered {
        self.flush_codes();
        self.flush();
        Rendered {
            html: self.html,
            anchors: self.anchors,
        }
    }
}

/// Raw HTML becomes text; pictures, and links that lead to anything but a page or a mailbox, become their words.
/// `links` holds, for each link that is open, whether it is kept.
fn harmless<'a>(event: Event<'a>, links: &mut Vec<bool>) -> Option<Event<'a>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::HardBreak => Some(Event::InlineHtml("<br>\n".into())),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            links.push(is_safe(dest_url));
            is_safe(dest_url).then_some(event)
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or(false).then_some(event),
        event => Some(event),
    }
}

/// The words of a table's head.
fn columns(table: &[Event<'_>]) -> Vec<String> {
    let head = table
        .split(|event| *event == Event::End(TagEnd::TableHead))
        .next();
    let cells = head
        .unwrap_or_default()
        .split(|event| *event == Event::End(TagEnd::TableCell));
    let mut names: Vec<String> = cells.map(|cell| words(cell.iter())).collect();
    // What is behind the last cell's end.
    names.pop();
    names
}

/// A table whose cells name their columns, for where it is too narrow for columns. What is shown as blocks is no table to
/// some browsers any more, so the roles are said.
fn labelled(table: &str, columns: &[String]) -> String {
    let mut parts = table.split("<td>");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (part, column) in parts.zip(columns.iter().cycle()) {
        out.push_str("<td role=\"cell\" data-label=\"");
        let mut words = String::new();
        html::push_html(
            &mut words,
            std::iter::once(Event::Text(column.as_str().into())),
        );
        out.push_str(&words.replace('"', "&quot;"));
        out.push_str("\">");
        out.push_str(part);
    }
    out.replace("<table>", "<table role=\"table\">")
        .replace("<tr>", "<tr role=\"row\">")
}

/// Whether an address may become a link.
fn is_safe(address: &str) -> bool {
    let starts = ["/", "#", "https://", "http://", "mailto:"];
    starts.iter().any(|start| address.starts_with(start))
}

/// Text in Markdown that is read as the very same text.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let means = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' => true,
            // Inside of a word it is a letter.
            '_' => !(is_letter(before) && is_letter(next)),
            // A character reference.
            '&' => next == Some('#') || is_letter(next),
            // What makes a heading, a list, a quotation or a line of a text begins it.
            '#' | '+' | '-' | '=' | '>' => out.trim_start().is_empty(),
            '.' | ')' => !out.is_empty() && out.trim_start().bytes().all(|b| b.is_ascii_digit()),
            _ => false,
        };
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if means => out.extend(['\\', c]),
            c => out.push(c),
        }
        before = Some(c);
    }
    out
}

fn is_letter(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

/// A span of code in Markdown, also inside a table.
pub(super) fn code_span(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let room = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{room}{}{room}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::{code_span, escaped, render};

    #[test]
    fn escaped_text_is_read_as_it_was() {
        let text = "# *a* _b_ [x](javascript:alert(1)) | `c` <b> &amp; \\ ~~d~~ 1. ![p](/p)";
        let html = render(&format!("{}\n", escaped(text))).html;
        let plain = html
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
            .replace("&quot;", "\"");
        assert_eq!(plain, format!("<p>{text}</p>\n"));
    }

    #[test]
    fn only_what_means_something_is_escaped() {
        for text in [
            "https://id.example.com/oauth2/authorize?a=b",
            "Acme, Inc. (Berlin) & Co: user.id",
            "snake_case",
        ] {
            assert_eq!(escaped(text), text);
        }
        for text in [
            "# a", "- a", "+ a", "12. a", "3) a", "> a", "===", "--- ", "&copy; a", "__a__",
        ] {
            let html = render(&format!("{}\n", escaped(text))).html;
            let plain = html.replace("&gt;", ">").replace("&amp;", "&");
            assert_eq!(plain, format!("<p>{}</p>\n", text.trim_end()), "{text}");
        }
    }

    #[test]
    fn every_cell_names_its_column() {
        let html = render("| A `b` | C \"d\" |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n").html;
        for cell in [
            "\"A b\">1<",
            "\"C &quot;d&quot;\">2<",
            "\"A b\">3<",
            "\"C &quot;d&quot;\">4<",
        ] {
            let cell = format!("<td role=\"cell\" data-label={cell}");
            assert!(html.contains(&cell), "{cell}: {html}");
        }
    }

    #[test]
    fn a_span_of_code_survives_backticks_and_bars() {
        for text in ["a", "`", "a`b", "``", "a|b", "`a``"] {
            let row = format!("| h |\n|---|\n| {} |\n", code_span(text));
            let html = render(&row).html;
            assert!(
                html.contains(&format!("\"h\"><code>{text}</code></td>")),
                "{text}: {html}"
            );
        }
    }

    #[test]
    fn nothing_but_pages_and_mailboxes_is_linked() {
        let html = render(
            "[a](javascript:x) [b](data:x) [c](https://c.example) <script>x</script> ![d](/d)",
        )
        .html;
        assert_eq!(html.matches("<a ").count(), 1, "{html}");
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
    }

    #[test]
    fn headings_have_anchors_of_their_own() {
        let page = render("## One (x)\n### `a_b` (HTTP 400)\n## One\n### `a_b`\n");
        let ids: Vec<_> = page
            .anchors
            .iter()
            .map(|anchor| anchor.id.as_str())
            .collect();
        assert_eq!(ids, ["one", "one-2"]);
        assert_eq!(page.anchors[0].below[0].id, "a_b");
        assert_eq!(page.anchors[1].below[0].id, "a_b-2");
    }

    #[test]
    fn programs_in_a_row_are_one_group_and_a_single_one_is_none() {
        let html =
            render("```bash\na\n```\n\n```python\nb\n```\n\ntext\n\n```json\n{}\n```\n").html;
        assert_eq!(html.matches("<details").count(), 2, "{html}");
        assert_eq!(html.matches(" open=").count(), 1);
        assert_eq!(html.matches("<pre").count(), 3);
    }
}
