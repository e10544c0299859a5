/** A client that may be killed: submits what it is told over and over, and follows each to its end. `node jobs-client.ts home specs token` */
import { connectJobs } from "../../src/jobs/client/connection.ts";
import { requests } from "../../src/jobs/protocol.ts";

const [home, specs, token] = process.argv.slice(2);
const jobs = await connectJobs({ home, start: false });
const { ids } = await jobs.request(requests.submit, { specs: JSON.parse(specs), token });
await Promise.all(
  ids.map(async (id) => {
    for await (const _ of jobs.follow(id));
  }),
);
jobs.close();
