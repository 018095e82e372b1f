// Twenty calls at once: some are aborted, one caller fails, one leaves. The process then ends by itself.
import { generate } from "aquatint/node";
import { facts, options } from "./image.mjs";

let workers = 0;
process.on("worker", () => workers++);
const call = async (i) => {
  const abort = new AbortController();
  for await (const event of generate({ ...options, signal: abort.signal })) {
    if (event.type === "image") return "image";
    if (i % 5 === 3) abort.abort(new Error("aborted"));
    if (i === 4) throw new Error("failed");
    if (i === 9) return "left";
  }
};
const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => call(i)));
const counts = {};
for (const { value, reason } of outcomes) counts[value ?? reason.message] = (counts[value ?? reason.message] ?? 0) + 1;
await facts();
console.log(JSON.stringify({ ...counts, workers }));
