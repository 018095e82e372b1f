import { expect, test } from "vitest";
import { type StreamEvent, streamEvents } from "./events.ts";

const encoded = (...chunks: readonly string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });

async function all(body: ReadableStream<Uint8Array>): Promise<readonly StreamEvent[]> {
  const events = [];
  for await (const event of streamEvents(body)) events.push(event);
  return events;
}

test.each([
  ["one event", ["event: queued\ndata: 1\n\n"], [["queued", "1"]]],
  ["an event in pieces", ["eve", "nt: done\nda", "ta: {}\n", "\n"], [["done", "{}"]]],
  [
    "comments between events",
    [": \n\n", "data: 1\n\n: \n\ndata: 2\n\n"],
    [
      ["message", "1"],
      ["message", "2"],
    ],
  ],
  ["lines that end as on Windows", ["event: a\r\ndata: 1\r\n\r\n"], [["a", "1"]]],
  ["data of several lines", ["data: 1\ndata: 2\n\n"], [["message", "1\n2"]]],
  ["an event that the end cuts off", ["data: 1\n\ndata: 2"], [["message", "1"]]],
  ["nothing", [], []],
] as const)("a stream with %s", async (_, chunks, expected) => {
  expect((await all(encoded(...chunks))).map(({ event, data }) => [event, data])).toEqual(expected);
});

test("letters that are cut between pieces stay whole, and a reader who leaves ends the stream", async () => {
  const bytes = new TextEncoder().encode("data: 🦊\n\ndata: 2\n\n");
  let isCanceled = false;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.subarray(0, 8));
      controller.enqueue(bytes.subarray(8));
    },
    cancel() {
      isCanceled = true;
    },
  });
  for await (const { data } of streamEvents(body)) {
    expect(data).toBe("🦊");
    break;
  }
  expect(isCanceled).toBe(true);
});
