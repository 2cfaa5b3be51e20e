//! The catalogue: complete in every language, used, and the only source of what pages say.
use crate::markup;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use pages::{HOSTILE, SAMPLE_DATA, Sample, every_sample};
use protocol::types::Language;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static TAG: LazyLock<Regex> = LazyLock::new(|| Regex::new("<[^>]*>").expect("a pattern"));

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A message: what is put into it, and its markup.
#[derive(Debug, PartialEq, Eq)]
struct Message {
    variables: BTreeSet<String>,
    tags: BTreeMap<String, usize>,
}

/// Every file of a language, by name.
fn files(language: Language) -> BTreeMap<String, String> {
    let folder = here().join("locales").join(language.tag());
    let files = fs::read_dir(folder).expect("the folder of the language");
    files
        .map(|file| {
            let file = file.expect("a file").path();
            let name = file
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, fs::read_to_string(file).expect("text"))
        })
        .collect()
}

fn messages(file: &str) -> BTreeMap<String, Message> {
    let resource = fluent_syntax::parser::parse(file).expect("a Fluent file");
    let mut messages = BTreeMap::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else {
            assert!(!matches!(entry, Entry::Term(_)), "messages alone");
            continue;
        };
        let mut found = Message {
            variables: BTreeSet::new(),
            tags: BTreeMap::new(),
        };
        read(message.value.as_ref().expect("a value"), &mut found);
        let before = messages.insert(message.id.name.to_owned(), found);
        assert!(before.is_none(), "{} stands twice", message.id.name);
    }
    messages
}

fn read(pattern: &Pattern<&str>, into: &mut Message) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => {
                for tag in TAG.find_iter(value) {
                    *into.tags.entry(tag.as_str().to_owned()).or_default() += 1;
                }
                let text = TAG.replace_all(value, "");
                assert!(!text.contains(['<', '>', '&']), "{value}");
            }
            PatternElement::Placeable { expression } => placeable(expression, into),
        }
    }
}

fn placeable(expression: &Expression<&str>, into: &mut Message) {
    match expression {
        Expression::Inline(inline) => inline_of(inline, into),
        Expression::Select { selector, variants } => {
            inline_of(selector, into);
            for variant in variants {
                // One of them is said: its markup counts once.
                let mut one = Message {
                    variables: BTreeSet::new(),
                    tags: BTreeMap::new(),
                };
                read(&variant.value, &mut one);
                into.variables.append(&mut one.variables);
                for (tag, count) in one.tags {
                    let most = into.tags.entry(tag).or_default();
                    *most = count.max(*most);
                }
            }
        }
    }
}

fn inline_of(inline: &InlineExpression<&str>, into: &mut Message) {
    match inline {
        InlineExpression::VariableReference { id } => {
            into.variables.insert(id.name.to_owned());
        }
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        other => panic!("{other:?} is more than a translator should meet"),
    }
}

/// Whoever translates has the same messages before them, file by file, with the same in them.
#[test]
fn every_language_says_the_same() {
    let english = files(Language::English);
    for language in Language::ALL {
        let files = files(language);
        assert!(files.keys().eq(english.keys()), "files of {language:?}");
        for (name, file) in &files {
            let (theirs, ours) = (messages(file), messages(&english[name]));
            for (id, message) in &ours {
                assert_eq!(
                    theirs.get(id),
                    Some(message),
                    "{id} in {language:?}, {name}"
                );
            }
            assert_eq!(theirs.len(), ours.len(), "{language:?}, {name}");
        }
    }
}

fn all_messages() -> BTreeMap<String, Message> {
    files(Language::English)
        .values()
        .flat_map(|file| messages(file))
        .collect()
}

#[test]
fn markup_is_where_it_is_said_to_be() {
    for (id, message) in all_messages() {
        assert_eq!(!message.tags.is_empty(), id.ends_with("-html"), "{id}");
    }
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let extension = path.extension().unwrap_or_default();
        if path.is_dir() {
            sources(&path, into);
        } else if extension == "rs" || extension == "html" || extension == "txt" {
            into.push(path);
        }
    }
}

/// A message that nothing says is dead; one that is said and not there would be shown by its id.
#[test]
fn what_is_said_is_in_the_catalogue_and_nothing_else() {
    let mut paths = Vec::new();
    for folder in ["src", "templates", "../server/src"] {
        sources(&here().join(folder), &mut paths);
    }
    let all: String = paths
        .iter()
        .map(|path| fs::read_to_string(path).expect("text"))
        .collect();
    let messages = all_messages();
    // Other functions are called `text` too; they take more than an id, or something else.
    let said = r#"(?:frame|language|reader|speaker|self)\s*\.(?:text\(\s*"([a-z0-9-]*)",?\s*\)|(?:text_of|html_of)\(\s*"([^"]*)")"#;
    let said = Regex::new(said).expect("a pattern");
    for said in said.captures_iter(&all) {
        let id = said.get(1).or(said.get(2)).map_or("", |id| id.as_str());
        assert!(messages.contains_key(id), "{id} is not there");
    }
    for id in messages.keys() {
        assert!(all.contains(&format!("\"{id}\"")), "nothing says {id}");
    }
}

/// Pages and mails say a [`pages::Text`], also those that the server makes by itself for an error. It is of the catalogue,
/// or of others; no words that stand in our code are passed off as others'.
#[test]
fn no_words_of_ours_are_given_out_as_those_of_others() {
    let mut paths = Vec::new();
    sources(&here().join("../server/src"), &mut paths);
    let quoted = Regex::new(r#"of_others\(\s*(?:format!\(\s*)?"[^"]*[A-Za-z]"#).expect("a pattern");
    let mut looked_at = 0;
    for path in paths {
        let text = fs::read_to_string(&path).expect("text");
        // Tests say what they like.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_test = path.ends_with("tests.rs");
        looked_at += code.matches("of_others(").count();
        let found = quoted.find(code).filter(|_| !is_test);
        assert!(found.is_none(), "{}: {found:?}", path.display());
    }
    assert!(looked_at > 20, "{looked_at}");
}

/// The words of a page that a person reads or hears; the initial of a name is none.
fn words(sample: &Sample) -> Vec<String> {
    let hidden =
        Regex::new(r#"(?s)<(style|script|code|svg)\b.*?</(?:style|script|code|svg)>|<!.*?>|<span class="tile.*?</span>"#)
            .expect("a pattern");
    let html = hidden.replace_all(&sample.html, " ");
    let mut words: Vec<String> = TAG
        .split(&html)
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect();
    for tag in markup::tags(&sample.html) {
        let read = ["title", "alt", "placeholder", "aria-label"];
        words.extend(
            read.iter()
                .filter_map(|name| tag.get(name))
                .map(str::to_owned),
        );
    }
    words
}

/// Text without the references that our templates escape with.
fn unescaped(text: &str) -> String {
    let references = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    references
        .iter()
        .fold(text.to_owned(), |text, (reference, character)| {
            text.replace(reference, character)
        })
}

/// In the language whose letters are all others, only what the samples brought is in ours.
#[test]
fn no_page_says_anything_past_the_catalogue() {
    let mut data: Vec<&str> = SAMPLE_DATA.to_vec();
    data.push(HOSTILE);
    data.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let mut past = BTreeSet::new();
    for sample in every_sample(Language::Pseudo) {
        if !sample.translated {
            continue;
        }
        for text in words(&sample) {
            let mut left = unescaped(&text);
            for known in &data {
                left = left.replace(known, "");
            }
            if left.contains(|letter: char| letter.is_ascii_alphabetic()) {
                past.insert(format!("{} {}: {text}", sample.page, sample.number));
            }
        }
    }
    let past: Vec<_> = past.into_iter().collect();
    assert!(past.is_empty(), "{}", past.join("\n"));
}
