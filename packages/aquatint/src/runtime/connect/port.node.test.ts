import { once } from "node:events";
import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import type { Request } from "../protocol.ts";
import { requestsOf } from "./port.node.ts";

test("a request that arrives before anyone listens is kept", async () => {
  const { port1, port2 } = new MessageChannel();
  const listen = requestsOf(port2);
  const arrival = once(port2, "message");
  port1.postMessage({ call: "open" });
  await arrival;
  const requests: Request[] = [];
  listen((request) => requests.push(request));
  const second = once(port2, "message");
  port1.postMessage({ call: "close" });
  await second;
  expect(requests.map(({ call }) => call)).toEqual(["open", "close"]);
  port1.close();
});
