//! Rows read = loaded + unchanged + rejected, for every file of every town, with the rejects that are in it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Code;
use testkit::towns::ALL;
use testkit::{TestApp, tenants};

use super::today;

#[tokio::test]
async fn every_file_of_every_town_adds_up() {
    let world = TestApp::open(ALL).await;
    let mut reasons = BTreeSet::new();
    let files = tenants::files(&world.cooperative, ALL, 4000, today());
    assert!(files.iter().map(|(_, files)| files.len()).sum::<usize>() >= 60, "every source of every town");
    for (town, files) in files {
        for file in files {
            let load = world.load(&town, file.source.as_str(), file.as_of, &file.bytes).await.unwrap();
            let (c, at) = (&load.counts, format!("{town} {}", file.source));
            assert_eq!(c.read, c.loaded + c.unchanged + c.rejected, "{at}");
            assert_eq!(c.read, i64::try_from(file.expected.rows).unwrap(), "{at}");
            let expected: BTreeMap<String, i64> = file
                .expected
                .rejects
                .iter()
                .map(|(code, count)| (code.as_str().to_owned(), i64::try_from(*count).unwrap()))
                .collect();
            assert_eq!(c.rejects, expected, "{at}");
            assert_eq!(c.rejected, expected.values().sum::<i64>(), "{at}: one reason a line");
            reasons.extend(file.expected.rejects.keys().copied());
        }
    }
    let seen = [Code::EraBounds, Code::ImpossibleDate, Code::CodeUnmapped, Code::BlankUndeclared];
    assert_eq!(reasons, BTreeSet::from(seen), "the files hold every kind of fault");
}
