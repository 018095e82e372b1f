import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { call, endCalls } from "./call.ts";
import { sessionStore, showSignIn, signInStore, waitStore } from "./session-store.ts";

vi.mock("./address.ts", () => ({
  serverAddress: new URL("http://gpu-box:7860/"),
  serverName: "gpu-box:7860",
  isOwnServer: true,
  isReadable: true,
}));

type Answer = Response | Error;
let answers: Answer[] = [];
const requests: { readonly url: string; readonly token: string | null }[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("removeEventListener", () => {});
  vi.stubGlobal("fetch", async (url: URL, { headers }: RequestInit) => {
    requests.push({ url: url.href, token: new Headers(headers).get("authorization") });
    const answer = answers.shift() ?? new Response("ok");
    if (answer instanceof Error) throw answer;
    return answer;
  });
  enter("ann");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  answers = [];
  requests.length = 0;
  showSignIn(false);
});

const enter = (name: string, token = name) =>
  sessionStore.set({ status: "signed-in", account: { name, token, keepHours: 24 } });
const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  Response.json({ code, detail: `detail of ${code}`, hint: "a hint" }, { status, headers });

test("a request has the token and no other credentials", async () => {
  expect(await (await call("v1/jobs")).text()).toBe("ok");
  expect(requests).toEqual([{ url: "http://gpu-box:7860/v1/jobs", token: "Bearer ann" }]);
});

test.each([
  ["a server that is gone", new TypeError("failed to fetch"), 500, "does not answer"],
  ["a server that starts", problem(503, "server/database"), 500, "cannot work at the moment"],
  ["a full queue", problem(429, "queue/user-full", { "retry-after": "7" }), 7000, "has no room at the moment"],
])("%s is tried again, and the reason said meanwhile", async (_, answer, milliseconds, text) => {
  answers = [answer];
  const response = call("v1/jobs");
  await vi.advanceTimersByTimeAsync(milliseconds - 1);
  expect(requests).toHaveLength(1);
  expect(waitStore.get().map((reason) => reason.text)).toEqual([expect.stringContaining(text)]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await (await response).text()).toBe("ok");
  expect(waitStore.get()).toEqual([]);
});

test.each([
  [422, "request/budget"],
  [400, "model/unknown"],
  [404, "job/unknown"],
  [500, "server/internal"],
])("status %i is an error with what the server says", async (status, code) => {
  answers = [problem(status, code)];
  await expect(call("v1/jobs")).rejects.toMatchObject({ code, message: `detail of ${code}`, hint: "a hint" });
  expect(requests).toHaveLength(1);
});

test("a token that ends asks for another, and the request goes on with that", async () => {
  answers = [problem(401, "auth/token")];
  const response = call("v1/jobs");
  await vi.advanceTimersByTimeAsync(0);
  expect(sessionStore.get()).toMatchObject({ status: "signed-out", isExpired: true });
  expect(signInStore.get().isOpen).toBe(true);
  enter("ann", "another");
  await response;
  expect(requests.map(({ token }) => token)).toEqual(["Bearer ann", "Bearer another"]);
});

test("nothing of one account is sent with the token of another", async () => {
  answers = [problem(401, "auth/token"), new TypeError("gone")];
  const expired = call("v1/jobs");
  const failure = expect(expired).rejects.toMatchObject({ code: "server/signed-out" });
  await vi.advanceTimersByTimeAsync(0);
  enter("bob");
  await failure;
  const waiting = expect(call("v1/jobs")).rejects.toMatchObject({ code: "server/signed-out" });
  await vi.advanceTimersByTimeAsync(0);
  endCalls();
  await waiting;
  expect(requests.map(({ token }) => token)).toEqual(["Bearer ann", "Bearer bob"]);
});

test("a caller who leaves waits no more", async () => {
  answers = [new TypeError("gone")];
  const leaving = new AbortController();
  const response = expect(call("v1/jobs", { signal: leaving.signal })).rejects.toThrow("left");
  await vi.advanceTimersByTimeAsync(100);
  leaving.abort(new Error("left"));
  await response;
  expect(waitStore.get()).toEqual([]);
});
