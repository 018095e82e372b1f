import { OpenAPIHono } from "@hono/zod-openapi";
import { AquatintError } from "aquatint";
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { getPath } from "hono/utils/url";
import type { Account, Accounts } from "../auth/accounts.ts";
import { credentialsIn } from "../auth/credentials.ts";
import { checkOrigin, type OriginRules } from "../auth/origin.ts";
import { rateLimit } from "../auth/rate.ts";
import { errorText } from "../jobs/errors.ts";
import type { Log } from "../operate/log.ts";
import type { Metrics } from "../operate/metrics.ts";
import { surfaces } from "../surfaces/index.ts";
import { documentation } from "../surfaces/jobs/documentation.ts";
import { jobsSurface } from "../surfaces/jobs/surface.ts";
import type { Env, SurfaceTools } from "../surfaces/surface.ts";
import { httpFailure } from "./failure.ts";
import { STUDIO_PATH, type StudioPage, studioPage } from "./studio.ts";

/** What the HTTP application is made of. */
export interface HttpOptions {
  readonly tools: SurfaceTools;
  readonly accounts: Accounts;
  readonly rules: OriginRules;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly maxBody: number;
  readonly requestsPerMinute: number;
  /** Answers for the files of the studio's page, where it is served. */
  readonly studio?: StudioPage | undefined;
  /** Throws where the server cannot take jobs now. */
  readonly ready: () => Promise<void>;
}

/** Failed authentications a minute of one address. */
const FAILURES_A_MINUTE = 30;
/** Paths that anybody may read. */
const openPaths = new Set(["/", "/healthz", "/readyz", "/v1/openapi.json", "/v1/docs"]);

/** The application: the checks that every request passes, then the surfaces. */
export function httpApp(options: HttpOptions): OpenAPIHono<Env> {
  const { tools, rules, maxBody, metrics, ready, studio } = options;
  const app = new OpenAPIHono<Env>({ getPath: plainPath });
  app.use(observed(options));
  if (studio) app.use(`${STUDIO_PATH}/*`, originCheck(rules), studioPage(studio)); // its headers are its own
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], imgSrc: ["'self'", "data:"] },
      xFrameOptions: "DENY",
    }),
  );
  app.use(originCheck(rules));
  if (rules.origins.length > 0)
    app.use(cors({ origin: [...rules.origins], exposeHeaders: ["Location", "Retry-After"] }));
  app.use(bodyLimit({ maxSize: maxBody, onError: (c) => refuseBody(c, maxBody) }));
  app.use(authentication(options));
  app.get("/", (c) => c.redirect(studio ? `${STUDIO_PATH}/` : "/v1/docs")); // for who opens the server's address in a browser
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    await ready();
    return c.json({ status: "ready" });
  });
  app.get("/metrics", async (c) => {
    if (c.var.account.role !== "admin") throw forbidden();
    return c.body(await metrics.text(), 200, { "content-type": metrics.contentType });
  });
  for (const surface of surfaces) app.route("/", surface.routes(tools));
  app.route("/", documentation());
  app.notFound((c) =>
    failed(
      new AquatintError("request/route", `there is no ${c.req.method} ${c.req.path}`, {
        hint: "/v1/docs lists the routes",
      }),
      c,
      options,
    ),
  );
  app.onError((error, c) => failed(error, c, options));
  return app;
}

/** The path without doubled slashes and one at its end: addresses of servers are written with and without. */
const plainPath = (request: Request): string =>
  getPath(request)
    .replace(/\/{2,}/g, "/")
    .replace(/(?<=.)\/$/, "");

/** Numbers and logs each request, and says how long it took. */
const observed =
  ({ log, metrics }: HttpOptions): MiddlewareHandler<Env> =>
  async (c, next) => {
    const start = performance.now();
    const requestId = crypto.randomUUID();
    c.set("requestId", requestId);
    await next();
    const seconds = (performance.now() - start) / 1000;
    const { method, path, routePath: route } = c.req;
    c.header("x-request-id", requestId);
    if (isEventStream(c.res)) c.header("x-accel-buffering", "no"); // proxies keep events back otherwise
    c.header("x-process-time", seconds.toFixed(4));
    metrics.request({ method, route, status: c.res.status, seconds });
    const fields = { request: requestId, method, path, status: c.res.status, ms: Math.round(1000 * seconds) };
    log.debug({ ...fields, user: c.var.account?.name }, "request");
  };

const isEventStream = ({ headers }: Response): boolean =>
  headers.get("content-type")?.startsWith("text/event-stream") ?? false;

const originCheck =
  (rules: OriginRules): MiddlewareHandler<Env> =>
  async (c, next) => {
    checkOrigin(
      {
        host: c.req.header("host"),
        origin: c.req.header("origin"),
        site: c.req.header("sec-fetch-site"),
        mode: c.req.header("sec-fetch-mode"),
      },
      rules,
    );
    await next();
  };

function authentication({ accounts, requestsPerMinute }: HttpOptions): MiddlewareHandler<Env> {
  const requests = rateLimit(requestsPerMinute);
  const failures = rateLimit(FAILURES_A_MINUTE);
  return async (c, next) => {
    if (openPaths.has(c.req.path)) return next();
    const account = await accountOf(c, accounts, failures);
    if (!accounts.open) requests.count(account.name);
    c.set("account", account);
    await next();
  };
}

async function accountOf(
  c: Context<Env>,
  accounts: Accounts,
  failures: ReturnType<typeof rateLimit>,
): Promise<Account> {
  const credentials = credentialsIn(c.req.header("authorization"));
  const account = await accounts.find(credentials?.token, credentials?.name);
  if (account) return account;
  failures.count(addressOf(c));
  const message = credentials ? "the token is not known" : "the server needs a token";
  throw new AquatintError("auth/token", message, {
    hint: "send it as Authorization: Bearer TOKEN, or as Basic password",
  });
}

/** The address that a request came from; of a request without a connection, as in tests, there is none. */
const addressOf = (c: Context<Env>): string => {
  const env = c.env as { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } } | undefined;
  return env?.incoming?.socket?.remoteAddress ?? "";
};

const forbidden = () =>
  new AquatintError("auth/role", "only admins may see this", { hint: "use the token of an admin" });

/** Times the limit that is read of a body that is refused: who still sends cannot read the answer. */
const DRAIN = 4;

async function refuseBody(c: Context, bytes: number): Promise<never> {
  const { body } = c.req.raw;
  const reader = body?.locked ? undefined : body?.getReader();
  for (let size = 0; reader && size < DRAIN * bytes; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
  }
  throw new AquatintError("request/size", `the body is larger than ${bytes} bytes`, { hint: "send smaller images" });
}

/** An error in the shape of the surface that the path belongs to. */
function failed(error: unknown, c: Context<Env>, { log }: HttpOptions): Response {
  const failure = httpFailure(error);
  const { status, code, retryAfter } = failure;
  if (status >= 500)
    log.error({ request: c.var.requestId, path: c.req.path, error: errorText(error) }, "request failed");
  else log.debug({ request: c.var.requestId, code, status }, "request refused");
  const surface =
    surfaces.find(({ prefixes }) => prefixes.some((prefix) => c.req.path.startsWith(prefix))) ?? jobsSurface;
  if (retryAfter !== undefined) c.header("retry-after", String(retryAfter));
  if (status === 401) c.header("www-authenticate", 'Basic realm="aquatint", charset="UTF-8"');
  return surface.failure(failure, c);
}
