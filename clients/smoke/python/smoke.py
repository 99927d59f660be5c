"""Finds a child of 開成町, reads her record, lists the candidates of the newest run, meets an error.

Reads access.json of a demonstration, whose path is in TASUKI_ACCESS. Everybody in it is fictional.
"""

import json
import os

import tasuki_client
from tasuki_client import CandidatesApi, PersonsApi, Purpose, RunsApi

with open(os.environ["TASUKI_ACCESS"], encoding="utf-8") as file:
    access = json.load(file)
token = access["towns"]["kaisei"]["case_worker"]["token"]
configuration = tasuki_client.Configuration(
    host=access["url"], access_token=token, ssl_ca_cert=access["ca"]
)

with tasuki_client.ApiClient(configuration) as client:
    persons = PersonsApi(client)
    found = persons.list_persons(Purpose.SUPPORT, grade="elementary_4", limit=5)
    child = persons.read_person(Purpose.SUPPORT, found.items[0].id)
    timeline = persons.read_timeline(Purpose.SUPPORT, child.id)
    run = RunsApi(client).list_runs().items[0]
    candidates = CandidatesApi(client).list_candidates(Purpose.ASSESSMENT, run.id, limit=200)
    try:
        persons.read_person(Purpose.SUPPORT, "per_" + "0" * 32)
        raise SystemExit("a person whom nobody has was found")
    except tasuki_client.ApiException as error:
        problem = json.loads(error.body)
        assert (error.status, problem["code"]) == (404, "person_not_found"), problem

name = child.identity.family_name.value
print(f"{name}: {len(timeline.items)} entries; {len(candidates.items)} candidates, {candidates.as_of_ja}")
assert name and timeline.items and candidates.items
