import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { AquatintError, messageOf } from "aquatint";
import { AwsClient } from "aws4fetch";
import { isUnavailable } from "./types.ts";

/** An S3-compatible store. */
export interface S3Options {
  /** "https://s3.example.org" */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Before every key; "aquatint/" if absent. */
  readonly prefix?: string | undefined;
}

/** A request for an object, or for the bucket where `path` is empty. */
export interface S3Request {
  readonly method?: "GET" | "PUT" | "DELETE";
  /** Key of the object. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly type?: string;
  /** Tries at most, and milliseconds of each. */
  readonly attempts?: number;
  readonly timeout?: number;
}

/** The bytes of an answer; undefined where there is no such object. @throws AquatintError "storage/…". */
export type S3Client = (request: S3Request) => Promise<Uint8Array<ArrayBuffer> | undefined>;

const ATTEMPTS = 4;
/** Milliseconds before the second try, doubled for each further one. */
const PAUSE = 200;
/** Milliseconds that a try may take. */
const TIMEOUT = 60_000;

/** Signs and sends requests to a bucket by path-style addresses; a store that is busy or away is asked again. */
export function s3Client({ endpoint, bucket, region, accessKeyId, secretAccessKey }: S3Options): S3Client {
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 });
  const base = bucketUrl(endpoint, bucket);
  const send = async ({ method = "GET", path, query = {}, body, type, timeout = TIMEOUT }: S3Request) => {
    const url = `${base}${path === undefined ? "" : `/${encodedPath(path)}`}${encodedQuery(query)}`;
    const hash = createHash("sha256")
      .update(body ?? "")
      .digest("hex");
    const headers = { "x-amz-content-sha256": hash, ...(type !== undefined && { "content-type": type }) };
    const signal = AbortSignal.timeout(timeout);
    try {
      const response = await client.fetch(url, { method, headers, signal, ...(body && { body }) });
      return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
    } catch (cause) {
      throw new AquatintError(
        "storage/unavailable",
        `the S3 store at ${endpoint} does not answer: ${reasonOf(cause)}`,
        {
          hint: "check that it runs, and S3_ENDPOINT",
          cause,
        },
      );
    }
  };
  return async ({ attempts = ATTEMPTS, ...request }) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return bytesOf(await send(request), request);
      } catch (error) {
        if (!isUnavailable(error) || attempt >= attempts) throw error;
        await setTimeout(PAUSE * 2 ** (attempt - 1));
      }
    }
  };
}

/** Address of the bucket. @throws AquatintError "server/s3". */
function bucketUrl(endpoint: string, bucket: string): string {
  if (/^https?:\/\/[^@?#]+$/.test(endpoint) && URL.canParse(endpoint)) {
    return `${endpoint.replace(/\/+$/, "")}/${encodeURIComponent(bucket)}`;
  }
  throw new AquatintError("server/s3", `"${endpoint}" is no address of an S3 store`, {
    hint: "S3_ENDPOINT begins with https:// or http:// and has no user and no bucket in it",
  });
}

/** A space is %20 in it: some stores sign "+" as it is. */
const encodedQuery = (query: Readonly<Record<string, string>>): string =>
  Object.entries(query)
    .map(([name, value], i) => `${i === 0 ? "?" : "&"}${name}=${encodeURIComponent(value)}`)
    .join("");

const encodedPath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** What a failed connection failed with: fetch hides it. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  return code ?? (cause instanceof Error && cause.message !== "" ? cause.message : messageOf(error));
};

interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function bytesOf({ status, bytes }: Answer, { method = "GET", path }: S3Request): Answer["bytes"] | undefined {
  if (status >= 200 && status < 300) return bytes;
  const [, code] = /<Code>([\w.-]+)<\/Code>/.exec(new TextDecoder().decode(bytes)) ?? [];
  if (path !== undefined && method !== "PUT" && code === "NoSuchKey") return undefined;
  const isBusy = status >= 500 || status === 429;
  throw new AquatintError(
    isBusy ? "storage/unavailable" : "storage/failed",
    `the S3 store answers ${method} with ${[status, code].filter(Boolean).join(" ")}`,
    { hint: hints[code ?? ""] ?? "check the S3_* variables, and the log of the store" },
  );
}

/** What to do about the errors of a store by their code. */
const hints: Readonly<Record<string, string>> = {
  NoSuchBucket: "make the bucket, or correct S3_BUCKET",
  AccessDenied: "the keys need GetObject, PutObject and DeleteObject of the objects and ListBucket of the bucket",
  InvalidAccessKeyId: "correct S3_ACCESS_KEY_ID",
  SignatureDoesNotMatch: "correct S3_SECRET_ACCESS_KEY; proxies between must not change the Host header or the path",
  AuthorizationHeaderMalformed: "set S3_REGION to the region of the bucket",
  PermanentRedirect: "set S3_ENDPOINT and S3_REGION to those of the bucket",
  RequestTimeTooSkewed: "set the clock of this machine",
};
