import { readdirSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { capturedIo } from "../../../../packages/aquatint/test/captured-io.ts";
import { s3Options } from "./flags.ts";
import { addServe } from "./serve.ts";
import { addWorker } from "./worker.ts";

const root = new URL("../../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** The arguments of a command in a file of deployment, which must be options that it has. */
function checkArguments([name = "", ...args]: readonly string[]): void {
  const program = new Command();
  const add = { serve: addServe, worker: addWorker }[name];
  expect(add, name).toBeDefined();
  const command = add?.(program, capturedIo({ cwd: "." }).io).exitOverride();
  command?.action(() => {});
  program.exitOverride().parse([name, ...args], { from: "user" });
}

const condition = z.strictObject({
  condition: z.enum(["service_started", "service_healthy", "service_completed_successfully"]),
});
/** The part of the Compose specification that the file uses; other keys are mistakes. */
const service = z.strictObject({
  build: z.string().optional(),
  image: z.string().regex(/^[a-z/]+(:[\w.-]+)?$/),
  restart: z.enum(["unless-stopped"]).optional(),
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
  environment: z.record(z.string(), z.string()).default({}),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string().regex(/^\w+:\//)).default([]),
  depends_on: z.record(z.string(), condition).default({}),
  deploy: z.strictObject({ replicas: z.int().min(1) }).optional(),
  healthcheck: z.strictObject({ test: z.array(z.string()), interval: z.string(), retries: z.int() }).optional(),
});
const compose = z.strictObject({
  name: z.string(),
  "x-aquatint": z.unknown(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

const values = { AQUATINT_TOKEN: "token", POSTGRES_PASSWORD: "password", S3_PASSWORD: "secret" };
/** `${NAME:-default}` and `${NAME:?message}` as Compose replaces them. */
const interpolated = (text: string): string =>
  text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = Object.entries(values).find(([key]) => key === name)?.[1];
    if (value === undefined && kind === "?") throw new Error(rest);
    return value ?? rest;
  });

test("compose.yaml is as the specification has it, and its services fit each other", () => {
  const { services, volumes } = compose.parse(parse(interpolated(read("compose.yaml")), { merge: true }));
  for (const [name, { depends_on, volumes: mounts }] of Object.entries(services)) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(services[other], `${name} depends on ${other}`).toBeDefined();
      const hasCheck = services[other]?.healthcheck !== undefined || services[other]?.build !== undefined;
      if (condition === "service_healthy") expect(hasCheck, `${other} has a health check`).toBe(true);
    }
    for (const mount of mounts) expect(Object.keys(volumes)).toContain(mount.split(":")[0]);
  }
  const { server, worker, postgres, s3 } = services;
  expect(worker?.deploy?.replicas).toBe(2);
  for (const { command, environment } of [server, worker].flatMap((entry) => entry ?? [])) {
    checkArguments(command ?? []);
    const url = new URL(environment["DATABASE_URL"] ?? "");
    const { POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD } = postgres?.environment ?? {};
    expect([url.username, url.password, url.pathname]).toEqual([POSTGRES_USER, POSTGRES_PASSWORD, `/${POSTGRES_DB}`]);
    expect(services[url.hostname]?.image).toMatch(/^postgres:/);
    const options = s3Options(environment);
    expect(new URL(options?.endpoint ?? "").hostname).toBe("s3");
    expect(s3?.environment).toMatchObject({
      ROOT_ACCESS_KEY: options?.accessKeyId,
      ROOT_SECRET_KEY: options?.secretAccessKey,
    });
    expect(services["s3-bucket"]?.entrypoint).toContain(`/data/${options?.bucket}`);
  }
  expect(server?.environment["AQUATINT_TOKEN"]).toBe(values.AQUATINT_TOKEN);
  expect(server?.ports).toEqual(["127.0.0.1:7860:7860"]);
});

test("the image runs its command as another user than root, and leaves out what is built", () => {
  const lines = read("Dockerfile").split("\n");
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
  expect(last.find((line) => line.startsWith("USER "))).toBe("USER node");
  const command = last.find((line) => line.startsWith("CMD "))?.slice(4);
  checkArguments(JSON.parse(command ?? ""));
  expect(read(".dockerignore").split("\n")).toEqual(expect.arrayContaining([".git", "**/node_modules", "**/dist"]));
});

const units = readdirSync(new URL("deploy/", root)).filter((name) => name.endsWith(".service"));

test.each(units)("%s starts a command with options that it has, without rights", (name) => {
  const settings = Object.fromEntries(
    read(`deploy/${name}`)
      .split("\n")
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const [program, ...args] = String(settings["ExecStart"]).split(" ");
  expect(program).toBe("/opt/aquatint/node_modules/.bin/aquatint");
  checkArguments(args);
  expect(settings).toMatchObject({
    User: "aquatint",
    DynamicUser: "yes",
    NoNewPrivileges: "yes",
    ProtectSystem: "strict",
  });
  expect(args).toContain(`/var/lib/${settings["StateDirectory"]}`);
  expect(Number(settings["TimeoutStopSec"])).toBeGreaterThan(60);
});
