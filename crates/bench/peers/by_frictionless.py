# The rules of the intake benchmark by frictionless: every wrong row with its reasons. Days of an era are held
# to a pattern, not to the calendar.
import json, os, resource, sys
from frictionless import Resource, Schema

ERA = r"[MTSHR]\d\d\.(0[1-9]|1[0-2])\.(0[1-9]|[12]\d|3[01])"
RULES = {
    0: {"constraints": {"required": True, "unique": True, "pattern": r"\d{10}"}},
    1: {"constraints": {"pattern": r"\d{8}"}},
    4: {"constraints": {"enum": ["1", "2"]}},
    5: {"constraints": {"pattern": ERA}},
    6: {"constraints": {"pattern": r"\d\d"}},
    7: {"constraints": {"pattern": r"\d{3}-\d{4}"}},
    10: {"constraints": {"pattern": r"\d"}},
    11: {"type": "date", "format": "%Y%m%d"},
    12: {"constraints": {"pattern": ERA}},
    13: {"constraints": {"enum": ["A", "B", "C"]}},
    14: {"type": "integer", "missingValues": ["", "*"], "constraints": {"minimum": 0, "maximum": 100000000}},
    15: {"type": "integer", "constraints": {"minimum": 0, "maximum": 1000000}},
    16: {"constraints": {"enum": ["01", "02", "03", "99"]}},
    17: {"type": "date", "format": "%Y/%m/%d"},
    18: {"type": "number"},
}
os.chdir(os.path.dirname(os.path.abspath(sys.argv[1])))
name = os.path.basename(sys.argv[1])
with open(name, encoding="cp932", newline="") as file:
    header = file.readline().rstrip("\r\n").split(",")
fields = [{"name": column, "type": "string", **RULES.get(n, {})} for n, column in enumerate(header)]
schema = {"fields": fields, "primaryKey": [header[0]]}
report = Resource({"name": "intake", "path": name, "encoding": "cp932", "schema": schema}).validate(limit_errors=10_000_000)
task = report.tasks[0]
rejected = len({error.row_number for error in task.errors if hasattr(error, "row_number")})
used = resource.getrusage(resource.RUSAGE_SELF)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"rows": task.stats["rows"], "rejected": rejected, "cpu": used.ru_utime + used.ru_stime, "peak": peak / 1024}))
