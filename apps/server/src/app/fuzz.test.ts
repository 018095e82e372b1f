import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applicationRoutes, bodiesOf, formOf, multipart, pathOf, type Route } from "../../test/routes.ts";
import { type TestServer, testServer } from "../../test/test-server.ts";

/** `npm run fuzz:server` sends 5,000. */
const REQUESTS = Number(process.env["AQUATINT_FUZZ_REQUESTS"] ?? 400);
/** Jobs wait in the queue, which no worker draws, until it is full: those after them are refused at once. */
const limits = { maxQueued: 12, maxQueuedPerUser: 12, maxPixels: 2 ** 24, maxUnits: 2000, maxInputPixels: 2 ** 20 };
/** Milliseconds after which a request that waits for its images is left. */
const LEAVE = 1000;

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ worker: false, limits, maxBody: 2 ** 20 });
});
afterAll(() => server[Symbol.asyncDispose]());

const routes = applicationRoutes();
const bodies = bodiesOf("task(fuzz)");

const names = ["text-to-image", "image-to-image", "inpainting", "resizing", "upscaling", "text-to-video", "Euler a"];
const odd = fc.constantFrom<unknown>(
  ...["", "x".repeat(50_000), "\u0000", "\ud800", "../../etc/passwd", "<lora:x:1>", "(((", "[a:b:", "{{x}}", "%00"],
  ...["data:image/png;base64,iVBORw0KGgo=", "http://127.0.0.1/", "1x1", "99999x99999", "Automatic", "none"],
  ...[null, true, -1, 0, 0.5, 1e308, -0, Number.MAX_SAFE_INTEGER, [], {}, [[]], { __proto__: null, constructor: 1 }],
);
const value = fc.oneof(odd, fc.constantFrom<unknown>(...names), fc.jsonValue({ maxDepth: 3 }), fc.string());
const words = [
  ...["kind", "prompt", "negative", "promptSyntax", "steps", "seed", "guidance", "width", "height", "image", "mask"],
  ...["init_images", "n", "size", "loras", "controls", "model", "vae", "sampler", "sampler_name", "scheduler", "fit"],
  ...["override_settings", "alwayson_scripts", "strength", "denoising_strength", "count", "batch", "batch_size"],
  ...["n_iter", "enable_hr", "hr_scale", "hires", "scale", "region", "frames", "fps", "motion", "format", "quality"],
  ...["mask_blur", "inpainting_fill", "upscaler_1", "upscaling_resize", "force_task_id", "id_task", "stream", "method"],
  ...["params", "jsonrpc", "controlnet_images", "sd_model_checkpoint", "CLIP_stop_at_last_layers", "imageList"],
];
const changes = fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, fc.string()), value, {
  maxKeys: 4,
});
/** A text that is no JSON, or more of it than a parser or a database likes. */
const raw = fc.oneof(
  fc.string(),
  fc.constantFrom("[".repeat(100_000), `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, "{", "null", "1e999", '"x"'),
  fc.constantFrom(`{"note":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`, `{"seed":${"9".repeat(400)}}`, '{"seed":-0}'),
);
const segment = fc.oneof(fc.constantFrom("..", "%2e%2e", "%00", "%", "-1", "1e9", "tiny", "*"), fc.string());
const request = fc.record({
  route: fc.constantFrom(...routes),
  body: fc.oneof({ weight: 6, arbitrary: changes }, { weight: 1, arbitrary: raw }),
  values: fc.record({ id: segment, index: segment, name: segment }),
  query: fc.dictionary(
    fc.constantFrom("limit", "state", "keep", "previews", "cancel", "skip_current_image", "x"),
    fc.oneof(fc.string(), fc.constantFrom("1", "-1", "1e9", "true", "done")),
    { maxKeys: 2 },
  ),
  headers: fc.dictionary(
    fc.constantFrom("idempotency-key", "authorization", "accept", "range", "x-cancel-on-disconnect", "cookie"),
    fc.constantFrom("", "true", "bytes=0-", "Basic ====", "Bearer x", "k".repeat(300), "*/*", "\u00ff"),
    { maxKeys: 2 },
  ),
  type: fc.oneof({ weight: 9, arbitrary: fc.constant("application/json") }, fc.constantFrom("text/plain", "x", "")),
});
type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function initOf({ route, body, headers, type }: Request): RequestInit {
  if (route.method === "GET") return { headers };
  const { method } = route;
  const fields = typeof body === "string" ? {} : { ...(bodies[route.path] as object | undefined), ...body };
  if (multipart.has(route.path) && typeof body !== "string") return { method, headers, body: formOf(fields) };
  const content = type === "" ? headers : { ...headers, "content-type": type };
  return { method, headers: content, body: typeof body === "string" ? body : JSON.stringify(fields) };
}

/** The code of an error in the shape of any surface; the web UI's has no code. */
const codeOf = (json: Readonly<Record<string, unknown>>): unknown => {
  const { code, error } = json as { readonly code?: unknown; readonly error?: unknown };
  if (typeof error === "string") return json["detail"];
  return code ?? (error as { readonly code?: unknown } | undefined)?.code;
};

async function check({ route, ...rest }: Request & { readonly route: Route }): Promise<void> {
  const query = new URLSearchParams(rest.query);
  const values = Object.fromEntries(Object.entries(rest.values).map(([key, text]) => [key, encodeURI(text) || "x"]));
  const path = pathOf(route, values as Request["values"]);
  const init = { ...initOf({ route, ...rest }), signal: AbortSignal.timeout(LEAVE) };
  const timeout = (error: unknown): undefined => {
    if (error instanceof DOMException) return undefined; // it waits for its image, or for the end of a job
    throw error;
  };
  const response = await server.call(`${path}?${query}`, init).catch(timeout);
  const text = response && (await response.text().catch(timeout));
  if (!response || text === undefined) return;
  const name = `${route.method} ${path}: ${response.status} ${text.slice(0, 500)}`;
  expect(text, name).not.toMatch(/\bat .*\.[tj]s:\d+|node:internal/);
  if (response.status < 400) return;
  const isTheirs = response.status === 500 && text.includes("Requests not allowed"); // the web UI's own
  if (!isTheirs) expect(response.status, name).toBeLessThan(500);
  expect(codeOf(JSON.parse(text)), name).toEqual(expect.anything());
}

test(
  "no request makes the server fail, wait or show a stack trace, and each refusal has a type",
  async () => {
    await fc.assert(fc.asyncProperty(request, check), { numRuns: REQUESTS });
    expect((await server.call("/readyz")).status).toBe(200);
  },
  60_000 + 200 * REQUESTS,
);
