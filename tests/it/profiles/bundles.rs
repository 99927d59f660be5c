//! Bundles as they come: JSON, zip, tar.gz; with faults, and with harm in mind.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Desk, at, threshold};

fn zipped<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(path, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[actix_web::test]
async fn the_folder_may_come_as_json_zip_or_tar_gz() {
    let desk = Desk::open().await;
    let files = threshold(&desk.files(), 12);
    let json = desk.plan(&files).await;
    let zip = zipped(files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())));
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in &files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("tenants/{path}"), text.as_bytes()).unwrap();
    }
    let tar = tar.into_inner().unwrap().finish().unwrap();
    for (media_type, bytes) in [("application/zip", zip), ("application/gzip", tar)] {
        let check = desk.send(&at("profile-checks"), media_type, bytes.clone()).await.json();
        assert_eq!((&check["is_valid"], &check["digest"]), (&json!(true), &json["digest"]), "{check}");
        let plan = desk.send(&at("profile-plans"), media_type, bytes).await;
        assert_eq!((plan.status, &plan.json()["difference"]), (201, &json["difference"]), "{media_type}");
    }
    let text = desk.send(&at("profile-plans"), "text/plain", b"format = 1".to_vec()).await;
    assert_eq!((text.status, text.code().as_str()), (415, "unsupported_media_type"));
}

#[actix_web::test]
async fn one_bad_file_is_told_with_its_line_and_nothing_is_kept() {
    let desk = Desk::open().await;
    let mut files = desk.files();
    let path = "kaisei/sources/attendance.toml";
    let line = files[path].lines().position(|line| line.starts_with("section = ")).unwrap() + 1;
    files.insert(path.to_owned(), files[path].replacen("section = \"", "section = \"nowhere/", 1));
    let check = desk.post(&at("profile-checks"), json!({"files": files})).await;
    assert_eq!(check.status, 200, "{}", check.text);
    let check = check.json();
    assert_eq!((&check["is_valid"], &check["digest"]), (&json!(false), &json!(null)));
    let fault = check["faults"].as_array().unwrap().iter().find(|fault| fault["file"] == path).unwrap();
    assert_eq!(fault["line"], line);
    assert!(fault["detail_ja"].as_str().unwrap().contains("行目"), "{fault}");
    assert!(fault["detail_en"].as_str().unwrap().contains("line"), "{fault}");
    let plan = desk.post(&at("profile-plans"), json!({"files": files})).await;
    assert_eq!(plan.status, 422, "{}", plan.text);
    assert_eq!(plan.json()["errors"][0]["file"], path);
    assert_eq!(desk.versions().await.len(), 1);
}

#[actix_web::test]
async fn a_sample_of_a_bundle_is_held_to_its_expectation_and_not_kept() {
    let desk = Desk::open().await;
    let files = threshold(&desk.files(), 12);
    let plain = desk.plan(&files).await;
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/kaisei");
    let read = |path: &str| std::fs::read(root.join(path)).unwrap();
    let (sample, expect) = (read("samples/attendance.csv"), read("expect/attendance.json"));
    let with = |expect: &[u8]| {
        let texts = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
        let samples =
            [("kaisei/samples/attendance.csv", sample.as_slice()), ("kaisei/expect/attendance.json", expect)];
        zipped(
            texts
                .filter(|(path, _)| !path.contains("/samples/") && !path.contains("/expect/"))
                .chain(samples),
        )
    };
    let sound = desk.send(&at("profile-plans"), "application/zip", with(&expect)).await;
    assert_eq!((sound.status, &sound.json()["digest"]), (201, &plain["digest"]), "{}", sound.text);
    let changed = String::from_utf8(expect).unwrap().replacen("era_bounds", "not_a_date", 1);
    for path in ["profile-plans", "profile-checks"] {
        let told = desk.send(&at(path), "application/zip", with(changed.as_bytes())).await;
        assert!(
            told.text.contains("sample_differs") && told.text.contains("kaisei/samples/attendance.csv"),
            "{}",
            told.text
        );
    }
    assert_eq!(desk.versions().await.len(), 1);
}

#[actix_web::test]
async fn an_archive_that_means_harm_is_refused() {
    let desk = Desk::open().await;
    let zeros = vec![0; 17 << 20];
    for (bytes, status, code) in [
        (zipped([("../../etc/cron.d/evil", &b"x"[..])]), 422, "bundle_unsafe_path"),
        (zipped([("kaisei/town.toml", zeros.as_slice())]), 413, "bundle_too_large"),
        (b"PK\x03\x04 and no more".to_vec(), 422, "bundle_unreadable"),
    ] {
        let plan = desk.send(&at("profile-plans"), "application/zip", bytes.clone()).await;
        assert_eq!((plan.status, plan.code().as_str()), (status, code), "{}", plan.text);
        let check = desk.send(&at("profile-checks"), "application/zip", bytes).await.json();
        assert_eq!(check["faults"][0]["code"], code, "{check}");
    }
    let long = desk.send(&at("profile-plans"), "application/zip", vec![0; (16 << 20) + 1]).await;
    assert_eq!((long.status, long.code().as_str()), (413, "payload_too_large"));
    assert_eq!(desk.versions().await.len(), 1);
}
