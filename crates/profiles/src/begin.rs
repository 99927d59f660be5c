//! The beginning of a town's folder: `town.toml` with everything that only the town knows still to be decided.

/// The draft of `town.toml` for the folder `slug`. Each `TODO` is a fault with file and line until it is written.
#[must_use]
pub fn town_draft(slug: &str) -> String {
    format!(
        r#"# 町の下書き。まだ決まっていない値は、書き換えるまで validate の誤りになる。
format = 1
code = "TODO: 全国地方公共団体コード（検査数字を含む6桁）"
slug = "{slug}"
name = "TODO: 町の名前"
kana = "TODO: 読み（カタカナ）"
population = "TODO: 人口"
population_source = "TODO: 人口の出どころ（例 2020年国勢調査）"

# 候補の一覧や個票を書き出すことを町が決めたら書く。この表がない町では書き出せない。
# [export]
# allowed = true
# decided_by = "情報セキュリティ管理者"
# decided_on = 2026-04-01

# 機関：町長部局、教育委員会、学校
[[organ]]
code = "mayor"
kind = "mayor"
name = "TODO: 町長部局の名前"

[[organ]]
code = "board"
kind = "board_of_education"
name = "TODO: 教育委員会の名前"

# 課・班：データを保有する課をすべて書く。code は 機関/課
[[section]]
code = "TODO: 機関/課（例 mayor/kosodate）"
name = "TODO: 課の名前"

# 町のこどもが通う学校。kind は town_public, other_municipal, prefectural, national, private、level は elementary, junior_high
# [[school]]
# code = "sho1"
# name = ""
# kind = "town_public"
# level = "elementary"
"#
    )
}
