# The rules of the intake benchmark by pandas: how many rows are wrong, not why.
import json, resource, sys
import pandas as pd

ZERO = {"T": 1911, "S": 1925, "H": 1988, "R": 2018}
frame = pd.read_csv(sys.argv[1], encoding="cp932", dtype=str, keep_default_na=False)
at = [frame[name] for name in frame.columns]


def era(cell):
    part = cell.str.extract(r"^([TSHR])(\d\d)\.(\d\d)\.(\d\d)$")
    year = (part[0].map(ZERO) + part[1].astype(float)).astype("Int64").astype(str)
    return pd.to_datetime(year + "-" + part[2] + "-" + part[3], format="%Y-%m-%d", errors="coerce").isna()


def integer(cell, most):
    number = pd.to_numeric(cell, errors="coerce")
    return number.isna() | (number < 0) | (number > most)


wrong = ~at[0].str.fullmatch(r"\d{10}") | at[0].duplicated()
wrong |= ~at[1].str.fullmatch(r"\d{8}")
wrong |= ~at[4].isin(["1", "2"])
wrong |= era(at[5])
wrong |= ~at[6].str.fullmatch(r"\d\d")
wrong |= ~at[7].str.fullmatch(r"\d{3}-\d{4}")
wrong |= ~at[10].str.fullmatch(r"\d")
wrong |= pd.to_datetime(at[11], format="%Y%m%d", errors="coerce").isna()
wrong |= era(at[12])
wrong |= ~at[13].isin(["A", "B", "C"])
wrong |= ~at[14].isin(["", "*"]) & integer(at[14], 100_000_000)
wrong |= integer(at[15], 1_000_000)
wrong |= ~at[16].isin(["", "01", "02", "03", "99"])
wrong |= (at[17] != "") & pd.to_datetime(at[17], format="%Y/%m/%d", errors="coerce").isna()
wrong |= ~at[18].isin(["", "999.9"]) & pd.to_numeric(at[18], errors="coerce").isna()
used = resource.getrusage(resource.RUSAGE_SELF)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"rows": len(frame), "rejected": int(wrong.sum()), "cpu": used.ru_utime + used.ru_stime, "peak": peak / 1024}))
