//! The catalogue of error codes as a page, `docs/error-codes.md`, for those who read before they call; held
//! current here. Written anew by `TASUKI_WRITE_PAGES=1 cargo test -p kernel --test error_codes`.

use std::fmt::Write as _;

use kernel::Code;

/// Every code with its status and its words in both languages, as Markdown.
fn page() -> String {
    let mut page = String::from(
        "# Error codes\n\nEvery `code` of a problem, of a reject and of a failed load, from the catalogue in `crates/kernel/src/code/catalogue.rs`; a test holds this page to it. `{…}` is filled in with what it is about.\n",
    );
    for code in Code::ALL {
        let entry = code.entry();
        // Writing into a String cannot fail.
        let _ = write!(
            page,
            "\n## `{}` ({})\n\n- **{}**: {}\n- **{}**: {}\n",
            entry.code, entry.status, entry.title.ja, entry.detail.ja, entry.title.en, entry.detail.en
        );
    }
    page
}

#[test]
fn the_committed_page_is_the_catalogue() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/error-codes.md");
    if std::env::var_os("TASUKI_WRITE_PAGES").is_some() {
        std::fs::write(path, page()).expect("the page can be written");
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == page(),
        "docs/error-codes.md is not the catalogue; write it anew with: TASUKI_WRITE_PAGES=1 cargo test -p kernel --test error_codes"
    );
}
