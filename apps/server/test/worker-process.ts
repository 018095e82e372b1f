import { main } from "aquatint/cli";

// `aquatint worker` from the sources, in a process of its own that a test can kill.
process.exitCode = await main(["worker", ...process.argv.slice(2)]);
