//! The languages: what each needs, how its client is built, and how its smoke script is run.

use super::{Bench, Script};

/// One language.
pub struct Language {
    /// Name, also of its folders.
    pub name: &'static str,
    /// The generator's name for it.
    pub generator: &'static str,
    /// The generator's options.
    pub options: &'static str,
    /// Programs it needs, each with the way to get it.
    pub tools: &'static [(&'static str, &'static str)],
    /// Builds the generated client.
    pub build: fn(&mut Script, &Bench),
    /// Runs the smoke script.
    pub smoke: fn(&mut Script, &Bench),
}

/// All of them.
pub const ALL: &[Language] = &[
    Language {
        name: "python",
        generator: "python",
        options: "packageName=tasuki_client",
        tools: &[],
        build: |script, bench| {
            let pip = bench.python.program("pip").display().to_string();
            let wanted = bench.client.join("requirements.txt").display().to_string();
            script.then(&[&pip, "install", "--quiet", "--disable-pip-version-check", "-r", &wanted]);
            let python = bench.python.program("python").display().to_string();
            script.then_in(&bench.client, &[&python, "-c", "import tasuki_client"]);
        },
        smoke: |script, bench| {
            let python = bench.python.program("python").display().to_string();
            let path = format!("PYTHONPATH={}", bench.client.display());
            script.then(&["env", &path, &python, &bench.smoke.join("smoke.py").display().to_string()]);
        },
    },
    Language {
        name: "typescript",
        generator: "typescript-fetch",
        options: "supportsES6=true,npmName=tasuki-client",
        tools: &[("node", "apt-get install nodejs"), ("npm", "apt-get install npm")],
        build: |script, bench| {
            // `prepare` compiles.
            script.then_in(&bench.client, &["npm", "install", "--silent", "--no-audit", "--no-fund"]);
        },
        smoke: |script, bench| {
            let [client, from, here] = [&bench.client, &bench.smoke.join("smoke.ts"), &bench.out]
                .map(|path| path.display().to_string());
            let quiet = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save"];
            script.then(&["cp", &from, &here]);
            script.then_in(&bench.out, &[&quiet[..], &["@types/node@20", "typescript@5", &client]].concat());
            let compile = ["node_modules/.bin/tsc", "--target", "es2022", "--module", "node16", "--strict"];
            script.then(&[&compile[..], &["--moduleResolution", "node16", "smoke.ts"]].concat());
            script.then(&["node", "smoke.js"]);
        },
    },
    Language {
        name: "java",
        generator: "java",
        // Jackson's own null is enough, and Maven is not needed: what the client imports is in the generator's jar.
        options: "library=native,openApiNullable=false,hideGenerationTimestamp=true,\
            invokerPackage=jp.tasuki.client,apiPackage=jp.tasuki.client.api,modelPackage=jp.tasuki.client.model",
        tools: &[("javac", "apt-get install default-jdk-headless")],
        build: |script, bench| {
            let [list, jar, classes, mark] = [
                &bench.out.join("sources"),
                &bench.jar,
                &bench.out,
                &bench.smoke.join("javax/annotation/Generated.java"),
            ]
            .map(|path| path.display().to_string());
            script.then_in(&bench.client, &["find", "src/main", "-name", "*.java", "-fprint", &list]);
            script.then(&[
                "javac",
                "-nowarn",
                "-Xlint:none",
                "-d",
                &classes,
                "-cp",
                &jar,
                &mark,
                &format!("@{list}"),
            ]);
        },
        smoke: |script, bench| {
            let [jar, classes, smoke] = [&bench.jar, &bench.out, &bench.smoke.join("Smoke.java")]
                .map(|path| path.display().to_string());
            let path = format!("{classes}:{jar}");
            script.then(&["javac", "-d", &classes, "-cp", &path, &smoke]);
            script.then(&["java", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-cp", &path, "Smoke"]);
        },
    },
    Language {
        name: "rust",
        generator: "rust",
        options: "packageName=tasuki-client",
        tools: &[],
        build: |script, bench| {
            let examples = bench.client.join("examples").display().to_string();
            let smoke = bench.smoke.join("smoke.rs").display().to_string();
            script.then(&["mkdir", "-p", &examples]);
            script.then(&["cp", &smoke, &examples]);
            // A workspace of its own, and a runtime for the script.
            let manifest =
                "\n[workspace]\n\n[dev-dependencies]\ntokio = { version = \"1\", features = [\"full\"] }\n";
            script.then_in(&bench.client, &["sh", "-c", &format!("printf '{manifest}' >> Cargo.toml")]);
            script.then(&[&["cargo", "build"], &cargo(&target(bench))[..]].concat());
        },
        smoke: |script, bench| {
            script.then_in(&bench.client, &[&["cargo", "run"], &cargo(&target(bench))[..]].concat());
        },
    },
    Language {
        name: "csharp",
        generator: "csharp",
        options: "packageName=Tasuki.Client,targetFramework=net8.0",
        tools: &[("dotnet", "https://dotnet.microsoft.com/download (.NET 8)")],
        build: |script, bench| {
            script
                .then_in(&bench.client, &["dotnet", "build", "--nologo", "-v", "quiet", "src/Tasuki.Client"])
        },
        // No script: it could not be tried, and what was never run proves nothing.
        smoke: |_, _| (),
    },
];

fn target(bench: &Bench) -> String {
    bench.out.display().to_string()
}

/// rustls, as the platform itself: no OpenSSL is needed to build.
fn cargo(target: &str) -> [&str; 8] {
    ["--quiet", "--example", "smoke", "--no-default-features", "--features", "rustls", "--target-dir", target]
}
