// Finds a child of 開成町, reads her record, lists the candidates of the newest run, meets an error.
// Reads access.json of a demonstration, whose path is in TASUKI_ACCESS. Everybody in it is fictional.
// NODE_EXTRA_CA_CERTS names the demonstration's certificate.

import { readFileSync } from "node:fs";
import { CandidatesApi, Configuration, PersonsApi, Purpose, ResponseError, RunsApi } from "tasuki-client";

const access = JSON.parse(readFileSync(process.env.TASUKI_ACCESS ?? "access.json", "utf8"));
const configuration = new Configuration({
    basePath: access.url,
    accessToken: access.towns.kaisei.case_worker.token,
});

async function main(): Promise<void> {
    const persons = new PersonsApi(configuration);
    const tasukiPurpose = Purpose.Support;
    const found = await persons.listPersons({ tasukiPurpose, grade: "elementary_4", limit: 5 });
    const child = await persons.readPerson({ tasukiPurpose, personId: found.items[0].id });
    const timeline = await persons.readTimeline({ tasukiPurpose, personId: child.id });
    const run = (await new RunsApi(configuration).listRuns()).items[0];
    const candidates = await new CandidatesApi(configuration).listCandidates({
        tasukiPurpose: Purpose.Assessment,
        runId: run.id,
        limit: 200,
    });
    const nobody = persons.readPerson({ tasukiPurpose, personId: "per_" + "0".repeat(32) });
    const problem = await nobody.then(
        () => Promise.reject(new Error("a person whom nobody has was found")),
        (error: ResponseError) => error.response.json(),
    );
    if (problem.code !== "person_not_found") throw new Error(JSON.stringify(problem));
    const name = child.identity.familyName.value;
    const [entries, listed] = [timeline.items.length, candidates.items.length];
    console.log(`${name}: ${entries} entries; ${listed} candidates, ${candidates.asOfJa}`);
    if (!name || entries === 0 || listed === 0) throw new Error("nothing is there");
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
