//! The pictures of the documentation: each is shown, said in words, and of a step that a walk in the browser looks at.
use super::page;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The folders of pictures, and the pages that may show them.
const FOLDERS: [(&str, &[&str]); 3] = [
    ("docs", &["README.md"]),
    (
        "docs/tutorial",
        &["docs/tutorial/first-app.md", "docs/tutorial/first-token.md"],
    ),
    (
        "docs/how-to",
        &["docs/how-to/developer-apps.md", "docs/how-to/accounts.md"],
    ),
];

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The pictures that a page shows, in order, each with what is said of it.
fn shown(page: &str) -> Vec<(String, String)> {
    let marked = page.split("![").skip(1).filter_map(|rest| {
        let (said, rest) = rest.split_once("](")?;
        Some((rest.split(')').next()?, said))
    });
    let tags = page.split("<img ").skip(1).filter_map(|tag| {
        let tag = tag.split('>').next()?;
        let value = |name: &str| tag.split_once(&format!("{name}=\""))?.1.split('"').next();
        Some((value("src")?, value("alt")?))
    });
    let file = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    marked
        .chain(tags)
        .filter(|(path, _)| path.contains("pictures/"))
        .map(|(path, said)| (file(path), said.to_owned()))
        .collect()
}

/// The steps that a walk looks at, in order.
fn steps(walk: &str) -> Vec<String> {
    let walk = walk.replace("lookForReaders(", "look(");
    let calls = walk.split("look(").skip(1);
    let names = calls.filter_map(|call| {
        let call = call.lines().next()?;
        Some(call.split('"').nth(1)?.to_owned())
    });
    names.collect()
}

/// Pixels, as the head of a PNG says.
#[track_caller]
fn size(file: &Path) -> [u32; 2] {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(
        bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "{}",
        file.display()
    );
    let number = |at: usize| {
        bytes[at..at + 4]
            .iter()
            .fold(0, |all, byte| (all << 8) | u32::from(*byte))
    };
    [number(16), number(20)]
}

#[test]
fn each_picture_is_shown_and_said_in_words() {
    for (folder, pages) in FOLDERS {
        let mut all = BTreeSet::new();
        for (file, said) in pages.iter().flat_map(|name| shown(&page(name))) {
            assert!(said.split(' ').count() >= 3, "{file}: {said:?}");
            let [width, height] = size(&root().join(folder).join("pictures").join(&file));
            assert!((200..=1_280).contains(&width), "{file} is {width} wide");
            assert!((200..=2_000).contains(&height), "{file} is {height} high");
            all.insert(file);
        }
        let there = fs::read_dir(root().join(folder).join("pictures")).expect("a folder");
        let there = there.map(|file| {
            file.expect("a file")
                .file_name()
                .into_string()
                .expect("text")
        });
        assert_eq!(all, there.collect(), "{folder}");
    }
}

/// The tutorial shows what `walks/first-app.mjs` sees, in the order in which it does.
#[test]
fn the_pictures_of_the_tutorial_are_steps_of_its_walk() {
    let walk = page("crates/acceptance/clients/browser/walks/first-app.mjs");
    let steps = steps(&walk);
    let pictures = shown(&page("docs/tutorial/first-app.md"));
    let names: Vec<String> = pictures
        .iter()
        .map(|(file, _)| {
            let name = file.strip_prefix("first-app-");
            let name = name.and_then(|name| name.strip_suffix(".png"));
            name.unwrap_or_else(|| panic!("{file} is of another walk"))
                .to_owned()
        })
        .collect();
    assert_eq!(names, ["secret", "consent", "code"]);
    for name in &names {
        let known = steps.iter().filter(|step| *step == name).count();
        assert_eq!(known, 1, "{name} is not a step of {steps:?}");
        // The walk makes the picture itself, that wide.
        let file = root().join(format!("docs/tutorial/pictures/first-app-{name}.png"));
        let made = format!("lookForReaders(page, \"{name}\", {})", size(&file)[0]);
        assert!(walk.contains(&made), "{made}");
    }
    // What the walk presses and types is what the tutorial says.
    let tutorial = page("docs/tutorial/first-app.md");
    for typed in ["My first app", "https://app.example"] {
        assert!(
            walk.contains(&format!("\"{typed}\"")) && tutorial.contains(typed),
            "{typed}"
        );
    }
}

/// The same of every other picture: its step is one that some walk looks at.
#[test]
fn the_pictures_of_the_guides_are_steps_of_walks() {
    let walks = fs::read_dir(root().join("crates/acceptance/clients/browser/walks"));
    let walks = walks
        .expect("the walks")
        .map(|file| file.expect("a file").path());
    let walks = walks.map(|path| fs::read_to_string(path).expect("a walk"));
    let known: BTreeSet<String> = walks.flat_map(|walk| steps(&walk)).collect();
    for (folder, pages) in FOLDERS {
        for (file, _) in pages.iter().flat_map(|name| shown(&page(name))) {
            let step = file.trim_end_matches(".png");
            let step = step.strip_prefix("first-app-").unwrap_or(step);
            let step = step
                .strip_suffix("-light")
                .or(step.strip_suffix("-dark"))
                .unwrap_or(step);
            assert!(
                known.contains(step),
                "{folder} {file}: no {step} in {known:?}"
            );
        }
    }
}
