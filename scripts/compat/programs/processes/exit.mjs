// Exits in the middle of a call.
import { generate } from "aquatint/node";
import { options } from "./image.mjs";

setTimeout(() => process.exit(7), 2000);
for (;;) for await (const _ of generate({ ...options, steps: 50 }));
