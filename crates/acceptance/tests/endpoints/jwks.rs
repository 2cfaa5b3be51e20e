//! The set of keys that verify what is signed.
use crate::support::{Scene, assert_refused};
use acceptance::{Json, Request};

const SIGNING: &str = "[signing]\nalgorithms = [\"ES256\", \"EdDSA\"]\npublish_ahead = \"20m\"";
const PATH: &str = "/.well-known/jwks.json";

fn keys(scene: &Scene) -> Vec<Json> {
    let reply = scene.api().get(&scene.endpoint("jwks_uri")).expect(200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=600"));
    reply.json()["keys"].as_array().expect("a list").clone()
}

#[test]
fn the_set_is_published_where_something_signs() {
    let off = Scene::plain("");
    assert_refused(&off.api().get(PATH), 404, "not_found");
    assert!(
        !off.metadata.to_string().contains("jwks"),
        "{}",
        off.metadata
    );

    let mut scene = Scene::plain(SIGNING);
    assert_eq!(scene.endpoint("jwks_uri"), PATH);
    let first = keys(&scene);
    assert_eq!(first.len(), 2, "they are there before the first request");
    for key in &first {
        let members: Vec<&str> = key
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        let public = ["alg", "crv", "kid", "kty", "use", "x", "y"];
        assert!(members.iter().all(|name| public.contains(name)), "{key}");
        assert_eq!(key["use"], "sig");
        assert_eq!(key["kid"].as_str().map(str::len), Some(43));
    }
    let algorithms: Vec<&Json> = first.iter().map(|key| &key["alg"]).collect();
    assert_eq!(algorithms, ["ES256", "EdDSA"]);
    let foreign = Request::get(PATH).header("origin", "https://elsewhere.example");
    let foreign = scene.api().send(&foreign);
    assert_eq!(foreign.header("access-control-allow-origin"), Some("*"));

    scene.provider.restart();
    assert_eq!(keys(&scene), first, "a restart makes no others");

    scene.provider.stop();
    scene.cli(&["key", "rotate", "--signing"]);
    scene.provider.start();
    let all = keys(&scene);
    assert_eq!(all.len(), 4, "a new key is published before it signs");
    assert!(first.iter().all(|key| all.contains(key)));
}
