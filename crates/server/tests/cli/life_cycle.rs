//! The commands of `docs/how-to/app-life-cycle.md`, one after the other, on one app.
use super::*;

const PAGE: &str = include_str!("../../../../docs/how-to/app-life-cycle.md");

/// The commands of the page, each as the words after `valetkey`.
fn commands() -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for block in PAGE.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap().replace("\\\n", " ");
        all.extend(block.lines().map(words));
    }
    all
}

/// A line as a shell splits it: at blanks, but for those in quotation marks.
fn words(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (number, part) in line.split('"').enumerate() {
        match number % 2 {
            0 => all.extend(part.split_whitespace().map(str::to_owned)),
            _ => all.push(part.to_owned()),
        }
    }
    assert_eq!(all.remove(0), "valetkey", "{line}");
    all
}

#[test]
fn an_app_goes_through_its_life_as_the_page_says() {
    let provider = Provider::new();
    let config = format!("{CONFIG}[test]\nmode = true\n");
    std::fs::write(provider.folder.path().join("v.toml"), config).unwrap();
    provider.create_user("ada@example.com").json();
    let mut client_id = String::new();
    let mut acts = Vec::new();
    for command in commands() {
        let named = command.iter().map(|word| match &**word {
            "CLIENT_ID" => &*client_id,
            "valetkey.toml" => "v.toml",
            word => word,
        });
        let named: Vec<&str> = named.chain(["--json"]).collect();
        acts.push(format!("{} {}", named[0], named[1]));
        let told = run(provider.folder.path(), &named, "").json();
        if named[1] == "create" {
            client_id = told["client_id"].as_str().unwrap().to_owned();
        }
    }
    assert_eq!(acts.len(), 14, "{acts:?}");
    let app = provider.json(&["app", "show", &client_id]);
    assert_eq!(app["description"], "All tasks of a team on one board");
    assert_eq!(app["redirect_uris"].as_array().unwrap().len(), 2);
}
