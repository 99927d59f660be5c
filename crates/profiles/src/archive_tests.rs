//! Archives as they come, and as somebody would make them who means harm.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(*path, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A tar whose paths are written as they are given: the packer's own check would refuse the bad ones.
fn tarred(files: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, kind, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, *bytes).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn code(read: Result<Bundle, Fault>) -> &'static str {
    read.map_or_else(|fault| fault.code().as_str(), |_| "read")
}

const FILES: &[(&str, &[u8])] =
    &[("cooperative/cooperative.toml", b"format = 1\n"), ("oi/town.toml", b"format = 1\n")];

#[test]
fn both_forms_hold_the_same_with_and_without_a_folder_around() {
    let plain = Bundle::from_zip(&zipped(FILES)).unwrap();
    assert_eq!(plain.paths().collect::<Vec<_>>(), ["cooperative/cooperative.toml", "oi/town.toml"]);
    let within: Vec<_> = FILES.iter().map(|(path, bytes)| (format!("tenants/{path}"), *bytes)).collect();
    let within: Vec<_> = within.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect();
    assert_eq!(Bundle::from_zip(&zipped(&within)).unwrap(), plain);
    for prefix in ["", "./", "./tenants/"] {
        let paths: Vec<_> = FILES.iter().map(|(path, bytes)| (format!("{prefix}{path}"), *bytes)).collect();
        let mut files = vec![("./", EntryType::Directory, &b""[..])];
        files.extend(paths.iter().map(|(path, bytes)| (path.as_str(), EntryType::Regular, *bytes)));
        assert_eq!(Bundle::from_tar_gz(&tarred(&files)).unwrap(), plain, "{prefix}");
    }
}

#[test]
fn what_leads_out_of_the_folder_is_refused() {
    for path in ["../evil.toml", "oi/../../evil.toml", "/etc/passwd", "oi\\..\\evil", "C:/evil", "oi//x.toml"]
    {
        assert_eq!(code(Bundle::from_zip(&zipped(&[(path, b"")]))), "bundle_unsafe_path", "{path}");
        let tar = tarred(&[(path, EntryType::Regular, b"")]);
        assert_eq!(code(Bundle::from_tar_gz(&tar)), "bundle_unsafe_path", "{path}");
    }
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Fifo] {
        let tar = tarred(&[("oi/town.toml", kind, b"")]);
        assert_eq!(code(Bundle::from_tar_gz(&tar)), "bundle_unsafe_path", "{kind:?}");
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("oi/town.toml", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    assert_eq!(code(Bundle::from_zip(&zip.finish().unwrap().into_inner())), "bundle_unsafe_path");
    let twice = tarred(&[("oi/a", EntryType::Regular, b"1"), ("./oi/a", EntryType::Regular, b"2")]);
    assert_eq!(code(Bundle::from_tar_gz(&twice)), "bundle_unsafe_path");
}

#[test]
fn a_bomb_is_refused_before_it_has_gone_off() {
    let zeros = vec![0; usize::try_from(MAX_INFLATED).unwrap() + 1];
    let zip = zipped(&[("oi/huge.toml", &zeros)]);
    assert!(zip.len() < 100_000, "it is small on its way: {}", zip.len());
    assert_eq!(code(Bundle::from_zip(&zip)), "bundle_too_large");
    let tar = tarred(&[("oi/huge.toml", EntryType::Regular, &zeros)]);
    assert_eq!(code(Bundle::from_tar_gz(&tar)), "bundle_too_large");
    // In parts, and where only a name is long.
    let half = &zeros[..zeros.len() / 2 + 1];
    assert_eq!(code(Bundle::from_zip(&zipped(&[("oi/a", half), ("oi/b", half)]))), "bundle_too_large");
    let long = vec![b'a'; usize::try_from(MAX_STREAM).unwrap() + 512];
    let tar = tarred(&[("././@LongLink", EntryType::GNULongName, &long)]);
    assert_eq!(code(Bundle::from_tar_gz(&tar)), "bundle_too_large");
    let many: Vec<_> = (0..=MAX_ENTRIES).map(|n| format!("oi/codes/{n}.csv")).collect();
    let many: Vec<_> = many.iter().map(|path| (path.as_str(), &b""[..])).collect();
    assert_eq!(code(Bundle::from_zip(&zipped(&many))), "bundle_too_large");
}

#[test]
fn what_is_no_archive_says_so() {
    for bytes in [&b""[..], b"not an archive", &zipped(FILES)[..40]] {
        assert_eq!(code(Bundle::from_zip(bytes)), "bundle_unreadable");
        assert_eq!(code(Bundle::from_tar_gz(bytes)), "bundle_unreadable");
    }
    let tar = tarred(&[("oi/town.toml", EntryType::Regular, b"format = 1\n")]);
    assert_eq!(code(Bundle::from_tar_gz(&tar[..tar.len() / 2])), "bundle_unreadable");
}
