//! The pages on what is done beside a server that runs, followed as they stand there.

use super::{Followed, PASSWORD, blocks, commands, commands_of, here, page, robot_token, told};
use crate::support::dev::{api, paste};
use acceptance::Json;
use std::fs;

#[test]
fn how_to_watch_a_provider_can_be_followed() {
    let (followed, _serving) = Followed::on_top("monitoring");
    for command in commands_of(&followed.page, "valetkey ") {
        followed.run(&command, "");
    }
    let told = commands_of(&followed.page, "curl ");
    let told: Vec<String> = told
        .iter()
        .map(|command| followed.run(command, ""))
        .collect();
    assert!(told[0].contains("valetkey_uptime_seconds"), "{told:?}");
    assert!(told[1].contains("\"ok\""), "{told:?}");
    // The table of what to do has every alert, and the files are where it says they are.
    let rules = page("examples/monitoring/valetkey.rules.yml");
    let alerts = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let alerts: Vec<String> = alerts.map(|name| format!("| `{name}` |")).collect();
    let rows = followed.page.lines().filter(|line| line.starts_with("| `"));
    let rows: Vec<&str> = rows.collect();
    assert_eq!(rows.len(), alerts.len());
    for (row, alert) in rows.iter().zip(&alerts) {
        assert!(row.starts_with(alert), "{row}");
    }
    for file in [
        "prometheus.yml",
        "valetkey.rules.test.yml",
        "grafana/valetkey.json",
    ] {
        assert!(followed.page.contains(file) || file.contains("test"));
        page(&format!("examples/monitoring/{file}"));
    }
}

#[test]
fn how_to_act_when_something_has_happened_can_be_followed() {
    let (followed, serving) = Followed::on_top("incidents");
    let serve = here(&followed.place, "serve");
    let create = commands(&serve);
    let create = create
        .iter()
        .find(|line| line.starts_with("valetkey app create"));
    let create = create.expect("serve.md makes an app");
    let id = told(&followed.run(create, ""), "client id");
    let api = api(&format!("http://localhost:{}", followed.place.port));
    let token = robot_token(&followed, create, &api);
    let all = commands_of(&followed.page, "valetkey ");
    let (alone, beside): (Vec<String>, Vec<String>) = all
        .into_iter()
        .partition(|command| command.contains("cut-off"));
    assert_eq!((alone.len(), beside.len() > 12), (1, true), "{beside:?}");
    let mut shown = String::new();
    for command in beside {
        let command = command
            .replace("CLIENT_ID", &id)
            .replace("PERSON", "ada@example.com");
        let input = if command.contains("--token-file") {
            token.as_str()
        } else {
            ""
        };
        shown += &followed.run(&command, input);
    }
    assert!(shown.contains("works"), "{shown}");
    let dead = "valetkey token inspect --config valetkey.toml --token-file -";
    let dead = paste(dead, followed.place.folder(), &token);
    assert_eq!(dead.status.code(), Some(3), "{dead:?}");
    serving.stop();
    followed.run(&alone[0], "");
}

#[test]
fn how_to_let_devices_in_can_be_followed() {
    let (followed, _serving) = Followed::on_top("devices");
    let created = followed.run(&followed.command("valetkey app create"), "");
    let id = told(&created, "client id");
    let requests: Vec<String> = commands(&followed.page)
        .into_iter()
        .filter(|line| line.starts_with("curl"))
        .map(|line| line.replace("CLIENT_ID", &id))
        .collect();
    let [ask, poll] = &requests[..] else {
        panic!("two requests: {requests:?}");
    };
    let codes: Json = serde_json::from_str(&followed.run(ask, "")).expect("JSON");
    for member in ["user_code", "verification_uri", "verification_uri_complete"] {
        assert!(
            codes[member].is_string() && followed.page.contains(member),
            "{codes}"
        );
    }
    let code = codes["device_code"].as_str().unwrap_or_default();
    let answer = followed.run(&poll.replace("DEVICE_CODE", code), "");
    assert!(answer.contains("authorization_pending"), "{answer}");
}

#[test]
fn how_to_give_developers_a_test_side_can_be_followed() {
    let (followed, _serving) = Followed::on_top("test-mode");
    let created = followed.run(&followed.command("valetkey app create"), "");
    let id = told(&created, "client id");
    assert!(id.starts_with("test_"), "{created}");
    assert_eq!(created.matches("test user ").count(), 2, "{created}");
    let user = followed
        .command("valetkey user create")
        .replace("CLIENT_ID", &id);
    let user = followed.run(&user, PASSWORD);
    assert!(user.contains("test user"), "{user}");
    let api = api(&format!("http://localhost:{}", followed.place.port));
    let link =
        "/oauth2/authorize?response_type=code&client_id=test_abc123&redirect_uri=http%3A%2F%2F";
    assert_eq!(api.get(&format!("{link}localhost%3A5000%2Fx")).status, 303);
    assert_eq!(api.get(&format!("{link}app.example%2Fx")).status, 400);
}

#[test]
fn how_to_back_up_and_restore_can_be_followed() {
    let (followed, serving) = Followed::on_top("back-up-and-restore");
    let all = commands(&followed.page);
    let starting = |verb: &str| -> Vec<&String> {
        let found = all.iter().filter(|line| line.starts_with(verb));
        found.collect()
    };
    let run = |command: &str| followed.run(command, "");
    let told = run(starting("valetkey db backup")[0]);
    assert!(told.contains("Keep the key file"), "{told}");
    run(starting("install")[0]);
    run(starting("valetkey db status")[0]);
    assert!(run(starting("valetkey db verify")[0]).contains("is sound"));
    let check = followed.command("valetkey db migrate --check");
    run(&format!("{check} --config valetkey.toml"));
    let [restore, keeping] = starting("valetkey db restore")[..] else {
        panic!("two ways to restore: {all:?}");
    };
    let served = paste(restore, followed.place.folder(), "");
    assert_eq!(served.status.code(), Some(1), "{served:?}");
    serving.stop();
    assert!(run(restore).contains("Closed: all tokens"));
    assert!(run(keeping).contains("Tokens, codes and sessions go on"));
    assert!(run(starting("valetkey db cut-off")[0]).contains("Closed: all tokens"));
    assert!(run(starting("valetkey db sweep")[0]).contains("were deleted"));
    drop(followed.serve());
}

#[test]
fn how_to_send_mail_can_be_followed() {
    let mut followed = Followed::new();
    let config = followed.place.folder().join("valetkey.toml");
    let more = here(&followed.place, "send-mail");
    let table = blocks(&more, "toml").swap_remove(0);
    let before = fs::read_to_string(&config).expect("the configuration of serve.md");
    let password = followed.place.folder().join("smtp.password");
    fs::write(&password, "walking\n").expect("write it");
    let write = |table: &str| fs::write(&config, format!("{before}\n{table}")).expect("write it");
    // The table as it stands is in order; nobody takes mails at that address.
    write(&table);
    followed.page = more;
    followed.run("valetkey config check --config valetkey.toml", "");
    let folder = followed.command("folder = ");
    write(&format!(
        "[mail]\nfrom = \"no-reply@acme.example\"\n{folder}"
    ));
    let _serving = followed.serve_as("valetkey serve --config valetkey.toml");
    let sent = followed.run(&followed.command("valetkey mail test"), "");
    assert!(sent.contains("was written into"), "{sent}");
    let left = followed.run(&followed.command("valetkey outbox list"), "");
    assert!(left.contains("Nothing waits"), "{left}");
    let all = followed.command("valetkey outbox retry --all");
    followed.run(&format!("{all} --config valetkey.toml"), "");
    let audit = followed.command("valetkey audit --event outbox");
    followed.run(&format!("{audit} --config valetkey.toml"), "");
    let status = followed.command("valetkey db status --json");
    let status = followed.run(&format!("{status} --config valetkey.toml"), "");
    let status: Json = serde_json::from_str(&status).expect("JSON");
    assert_eq!(status["outbox"]["waiting"], 0, "{status}");
}
