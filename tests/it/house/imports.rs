//! `cargo metadata` against the map of the house: an edge that is not on it, a library outside the one crate
//! that owns it, or a crate that does not inherit the lints is an error.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Pure crates: they do no I/O, so not even their tests may know a database.
const PURE: &[&str] = &[
    "kernel",
    "seal",
    "layouts",
    "linkage",
    "rulebook",
    "retention",
    "evidence",
    "handover",
    "profiles",
    "exports",
];

/// What each crate may import of ours.
const MAP: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("seal", &["kernel"]),
    ("layouts", &["kernel"]),
    ("linkage", &["kernel"]),
    ("rulebook", &["kernel", "seal"]),
    ("retention", &["kernel"]),
    ("evidence", &["kernel", "seal"]),
    ("handover", &["kernel", "seal", "evidence"]),
    ("profiles", &["kernel", "layouts", "linkage", "rulebook", "retention"]),
    ("store", &["kernel", "seal"]),
    ("courier", &["kernel", "store"]),
    ("exports", &["kernel"]),
    (
        "app",
        &[
            "exports",
            "kernel",
            "seal",
            "layouts",
            "linkage",
            "rulebook",
            "retention",
            "evidence",
            "handover",
            "profiles",
            "store",
            "courier",
        ],
    ),
    (
        "api",
        &[
            "kernel",
            "seal",
            "layouts",
            "linkage",
            "rulebook",
            "retention",
            "evidence",
            "handover",
            "profiles",
            "app",
        ],
    ),
    (
        "console",
        &[
            "kernel",
            "seal",
            "layouts",
            "linkage",
            "rulebook",
            "retention",
            "evidence",
            "handover",
            "profiles",
            "app",
        ],
    ),
    ("tasuki", ALL_OF_THE_PRODUCT),
    ("synth", &["kernel", "layouts", "profiles"]),
    ("testkit", EVERYTHING),
    ("bench", EVERYTHING),
    ("tests", EVERYTHING),
    ("xtask", &[]),
];

const ALL_OF_THE_PRODUCT: &[&str] = &[
    "kernel",
    "seal",
    "layouts",
    "linkage",
    "rulebook",
    "retention",
    "evidence",
    "handover",
    "profiles",
    "store",
    "courier",
    "exports",
    "app",
    "api",
    "console",
    "synth",
];

const EVERYTHING: &[&str] = &[
    "kernel",
    "seal",
    "layouts",
    "linkage",
    "rulebook",
    "retention",
    "evidence",
    "handover",
    "profiles",
    "store",
    "courier",
    "exports",
    "app",
    "api",
    "console",
    "synth",
    "tasuki",
    "testkit",
    "bench",
];

/// Libraries that only these crates may use. `sha2` makes content digests, which are no secret; TLS is apart.
const OWNERS: &[(&str, &[&str])] = &[
    ("argon2", &["seal"]),
    ("aws-lc-rs", &["seal"]),
    ("hpke", &["seal"]),
    ("ed25519-dalek", &["seal"]),
    ("sha2", &["kernel", "evidence"]),
    ("ct-merkle", &["evidence"]),
    ("encoding_rs", &["layouts", "exports", "bench"]),
    ("calamine", &["layouts", "exports", "bench"]),
    ("rust_xlsxwriter", &["exports", "layouts"]),
    ("diesel", &["store"]),
    ("diesel-async", &["store"]),
    ("diesel_migrations", &["store"]),
    ("tokio-postgres", &["store"]),
    ("lapin", &["courier"]),
    ("actix-web", &["api"]),
    ("utoipa", &["api"]),
    ("utoipa-actix-web", &["api"]),
    ("utoipa-swagger-ui", &["api"]),
    ("askama", &["console", "exports"]),
    ("clap", &["tasuki", "synth", "bench", "xtask"]),
    ("rand", &["synth"]),
    ("rand_chacha", &["synth"]),
    ("nix", &["xtask"]),
    ("signal-hook", &["tasuki", "xtask"]),
];

/// Crates for tests alone: they look at the others from outside, with the libraries that takes.
const FOR_TESTS: &[&str] = &["testkit", "tests"];

/// What the map forbids in a workspace, as `cargo metadata --no-deps` describes it; `manifest` reads a file.
fn findings(metadata: &Value, manifest: impl Fn(&str) -> String) -> Vec<String> {
    let map: BTreeMap<&str, &[&str]> = MAP.iter().copied().collect();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: Vec<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let mut found = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let Some(may) = map.get(name) else {
            found.push(format!("{name}: is not on the map"));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let on = dependency["name"].as_str().unwrap();
            let for_tests = dependency["kind"] == "dev";
            if ours.contains(&on) {
                found.extend(wrong_edge(name, on, may, for_tests));
            } else if !FOR_TESTS.contains(&name) {
                let owners = OWNERS.iter().find(|(library, _)| *library == on);
                if owners.is_some_and(|(_, owners)| !owners.contains(&name)) {
                    found.push(format!("{name} -> {on}: belongs to {}", owners.unwrap().1.join(", ")));
                }
            }
        }
        let manifest = manifest(package["manifest_path"].as_str().unwrap());
        if !manifest.contains("[lints]\nworkspace = true\n") {
            found.push(format!("{name}: does not inherit the lints of the workspace"));
        }
    }
    found
}

fn wrong_edge(name: &str, on: &str, may: &[&str], for_tests: bool) -> Option<String> {
    let helper = matches!(on, "testkit" | "synth") && for_tests && !PURE.contains(&name);
    let product_on_testkit = on == "testkit" && !for_tests && !FOR_TESTS.contains(&name) && name != "bench";
    let allowed = (may.contains(&on) && !product_on_testkit) || helper;
    (!allowed).then(|| format!("{name} -> {on}: is not on the map"))
}

fn metadata() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn from_disk(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_edge_is_on_the_map() {
    assert_eq!(findings(&metadata(), from_disk), Vec::<String>::new());
}

#[test]
fn what_is_not_on_the_map_is_found() {
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut metadata = metadata();
        change(&mut metadata);
        findings(&metadata, from_disk)
    };
    let edge = |of: &'static str, on: &'static str, kind: Value| {
        broken(&move |metadata| {
            let packages = metadata["packages"].as_array_mut().unwrap();
            let package = packages.iter_mut().find(|package| package["name"] == of).unwrap();
            package["dependencies"]
                .as_array_mut()
                .unwrap()
                .push(serde_json::json!({ "name": on, "kind": kind }));
        })
    };
    assert_eq!(edge("kernel", "seal", Value::Null), ["kernel -> seal: is not on the map"]);
    assert_eq!(edge("linkage", "store", Value::from("dev")), ["linkage -> store: is not on the map"]);
    assert_eq!(edge("handover", "testkit", Value::from("dev")), ["handover -> testkit: is not on the map"]);
    assert_eq!(edge("store", "testkit", Value::Null), ["store -> testkit: is not on the map"]);
    assert_eq!(edge("store", "testkit", Value::from("dev")), Vec::<String>::new());
    assert_eq!(edge("layouts", "aws-lc-rs", Value::Null), ["layouts -> aws-lc-rs: belongs to seal"]);
    assert_eq!(
        edge("kernel", "tokio-postgres", Value::from("build")),
        ["kernel -> tokio-postgres: belongs to store"]
    );
    let renamed = broken(&|metadata| metadata["packages"][0]["name"] = "attic".into());
    assert!(renamed.contains(&"attic: is not on the map".to_owned()), "{renamed:?}");
    let bare = findings(&metadata(), |path| from_disk(path).replace("[lints]\nworkspace = true\n", ""));
    assert_eq!(bare.len(), metadata()["packages"].as_array().unwrap().len());
}
