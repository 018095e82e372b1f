import { expect, test } from "vitest";
import { type RunFlags, runConfig, s3Options } from "./flags.ts";

const all = {
  S3_ENDPOINT: "https://s3.example.org",
  S3_BUCKET: "images",
  S3_ACCESS_KEY_ID: "key",
  S3_SECRET_ACCESS_KEY: "secret",
};

test("the S3 store is that of the environment, or there is none", () => {
  expect(s3Options({})).toBeUndefined();
  expect(s3Options({ S3_REGION: "eu-west-1", S3_BUCKET: "" })).toBeUndefined();
  expect(s3Options(all)).toMatchObject({ endpoint: all.S3_ENDPOINT, region: "us-east-1", prefix: undefined });
  expect(s3Options({ ...all, S3_REGION: "auto", S3_PREFIX: "a/" })).toMatchObject({ region: "auto", prefix: "a/" });
});

test.each(Object.keys(all))("%s alone, or all but it, is refused by name", (name) => {
  expect(() => s3Options({ [name]: "x" })).toThrow(new RegExp(`^${name} is set`));
  expect(() => s3Options({ ...all, [name]: "" })).toThrow(`and ${name} not`);
});

test("a variant is a name for all models, or a file of one", () => {
  const io = { cwd: "/models", env: {} } as Parameters<typeof runConfig>[1];
  const variantOf = (flags: Partial<RunFlags>) => runConfig({ cache: true, logLevel: "silent", ...flags }, io).variant;
  expect(variantOf({ model: ["a"], variant: "fp16" })).toBe("fp16");
  expect(variantOf({ variant: "a-int8.safetensors" })).toBe("/models/a-int8.safetensors");
  expect(variantOf({ model: ["a", "b"] })).toBeUndefined();
  for (const flags of [{ model: ["a", "b"] }, { models: ["folder"] }]) {
    expect(variantOf({ ...flags, variant: "fp16" })).toBe("fp16");
    expect(() => variantOf({ ...flags, variant: "a-int8.safetensors" })).toThrow("is a file of one model");
  }
});

test("the memory of the machine is the limit of a job, but in a precision that allows none", () => {
  const io = { cwd: "/models", env: {} } as Parameters<typeof runConfig>[1];
  const engineOf = (flags: Partial<RunFlags>) => runConfig({ cache: true, logLevel: "silent", ...flags }, io).engine;
  expect(engineOf({ precision: "q8" })).toMatchObject({ precision: "q8", maxMemory: expect.any(Number) });
  expect(engineOf({ precision: "dynamic" }).maxMemory).toBeUndefined();
  expect(engineOf({ precision: "dynamic", maxMemory: 5 }).maxMemory).toBe(5); // jobs are refused with the reason
});
