//! A town's drop folder: what is taken when, and where it is afterwards.

use serde_json::json;

use super::*;

struct Town(PathBuf);

impl Town {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tasuki-drop-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("incoming/attendance")).unwrap();
        Self(path)
    }

    fn drop(&self, name: &str, old: Duration) {
        let path = self.0.join("incoming/attendance").join(name);
        fs::write(&path, "x").unwrap();
        File::options().write(true).open(path).unwrap().set_modified(SystemTime::now() - old).unwrap();
    }

    fn taken(&self) -> Vec<String> {
        Folder::new(self.0.clone()).take().unwrap().into_iter().map(|file| file.name).collect()
    }

    fn holds(&self, path: &str) -> bool {
        self.0.join(path).exists()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn only_what_is_whole_is_taken_and_what_was_cut_off_comes_first() {
    let town = Town::new("take");
    town.drop("b.csv", STILL);
    town.drop("a.csv", STILL * 2);
    for unfinished in ["c.csv.part", ".d.csv", "e.TMP"] {
        town.drop(unfinished, STILL * 2);
    }
    town.drop("f.csv", Duration::ZERO);
    assert_eq!(town.taken(), ["a.csv", "b.csv"]);
    town.drop("a.csv", STILL);
    town.drop("0.csv", STILL);
    assert_eq!(town.taken(), ["a.csv", "b.csv", "0.csv"], "the new a.csv waits for the first");
    assert!(town.holds("incoming/attendance/a.csv") && town.holds("incoming/attendance/f.csv"));
}

#[test]
fn a_file_is_in_one_place_only() {
    let town = Town::new("place");
    town.drop("a.csv", STILL);
    town.drop("b.csv", STILL);
    let folder = Folder::new(town.0.clone());
    let [a, b] = folder.take().unwrap().try_into().unwrap();
    folder.processed(&a, &json!({"load_id": "lod_1"})).unwrap();
    folder.failed(&b, &json!({"code": "layout_mismatch"})).unwrap();
    assert!(!town.holds("working/attendance/a.csv") && town.holds("processed/attendance/a.csv.json"));
    assert!(!town.holds("processed/attendance/a.csv"), "no copy in the clear stays");
    assert!(town.holds("failed/attendance/b.csv") && town.holds("failed/attendance/b.csv.json"));
    assert_eq!(folder.take().unwrap(), []);
}

#[test]
fn the_day_is_told_by_the_name() {
    let town = Town::new("day");
    let today: NaiveDate = "2026-11-30".parse().unwrap();
    let day = |name: &str| {
        town.drop(name, STILL);
        let path = town.0.join("incoming/attendance").join(name);
        Waiting { source: String::new(), name: name.to_owned(), path }.as_of(today).unwrap().to_string()
    };
    assert_eq!(day("JUKI_20261115.csv"), "2026-11-15");
    assert_eq!(day("2026-11-01_出欠.csv"), "2026-11-01");
    assert_eq!(day("出欠2026_10_31.csv"), "2026-10-31");
    assert_eq!(day("20261231_20261101.csv"), "2026-11-01", "a day that has not come is no day of an export");
    let written = jst_date(Utc::now()).min(today).to_string();
    for untold in ["a.csv", "20261301.csv", "1202611011.csv", "出欠.csv"] {
        assert_eq!(day(untold), written, "{untold}");
    }
}

#[test]
fn one_server_watches_a_folder() {
    let town = Town::new("lock");
    let first = lock(&town.0).unwrap();
    assert!(lock(&town.0).unwrap_err().to_string().contains("another server"));
    drop(first);
    lock(&town.0).unwrap();
}
