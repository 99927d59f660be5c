# The rules of the intake benchmark by polars: how many rows are wrong, not why.
import json, resource, sys
import polars as pl

ZERO = {"T": 1911, "S": 1925, "H": 1988, "R": 2018}
frame = pl.read_csv(sys.argv[1], encoding="cp932", infer_schema=False).with_columns(pl.all().fill_null(""))
at = [pl.col(name) for name in frame.columns]


def era(cell):
    year = cell.str.slice(0, 1).replace_strict(ZERO, default=None, return_dtype=pl.Int32) + cell.str.slice(
        1, 2
    ).cast(pl.Int32, strict=False)
    day = pl.concat_str([year.cast(pl.String), cell.str.slice(4, 2), cell.str.slice(7, 2)], separator="-")
    return day.str.to_date("%Y-%m-%d", strict=False).is_null()


def integer(cell, most):
    number = cell.cast(pl.Int64, strict=False)
    return number.is_null() | (number < 0) | (number > most)


wrong = (
    ~at[0].str.contains(r"^\d{10}$")
    | at[0].is_duplicated()
    | ~at[1].str.contains(r"^\d{8}$")
    | ~at[4].is_in(["1", "2"])
    | era(at[5])
    | ~at[6].str.contains(r"^\d\d$")
    | ~at[7].str.contains(r"^\d{3}-\d{4}$")
    | ~at[10].str.contains(r"^\d$")
    | at[11].str.to_date("%Y%m%d", strict=False).is_null()
    | era(at[12])
    | ~at[13].is_in(["A", "B", "C"])
    | (~at[14].is_in(["", "*"]) & integer(at[14], 100_000_000))
    | integer(at[15], 1_000_000)
    | ~at[16].is_in(["", "01", "02", "03", "99"])
    | ((at[17] != "") & at[17].str.to_date("%Y/%-m/%-d", strict=False).is_null())
    | (~at[18].is_in(["", "999.9"]) & at[18].cast(pl.Float64, strict=False).is_null())
)
rejected = frame.select(wrong.sum()).item()
used = resource.getrusage(resource.RUSAGE_SELF)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"rows": frame.height, "rejected": rejected, "cpu": used.ru_utime + used.ru_stime, "peak": peak / 1024}))
