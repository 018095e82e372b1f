import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { pythonWith } from "../../../test/python.ts";
import { testServer } from "../../../test/test-server.ts";

const python = pythonWith(["openai==3.51.0"]);

const TOKEN = "a-token-of-the-operator";
const script = fileURLToPath(new URL("../../../test/openai_client.py", import.meta.url));

const refused = (error: string, code: string, message = "") => ({
  ...{ error, code, message: expect.stringContaining(message) },
  type: "invalid_request_error",
});

/** What each call gives: an image, or the client's class of the error. */
const expected: Readonly<Record<string, object>> = {
  generate: { value: { images: ["png 16x8", "png 16x8"], seeds: [5, 6], size: "16x8", output_format: "png" } },
  "generate async": { value: { images: ["png 16x8"] } },
  "generate url": { value: ["image/png", "png 16x8"] },
  "generate jpeg": { value: { images: ["jpeg"], output_format: "jpeg", ignored: ["quality"] } },
  "generate png": { value: { images: ["png 16x8"], ignored: ["user", "output_compression"] } },
  "generate stream": {
    value: {
      partial: [["image_generation.partial_image", "png 16x8"]],
      last: ["image_generation.completed", "png 16x8"],
    },
  },
  edit: { value: { images: ["png 8x8"] } },
  "edit mask": { value: { images: ["png 16x16"] } },
  "edit stream": { value: { partial: [], last: ["image_edit.completed", "png 8x8"], events: 1 } },
  "edit two": refused("BadRequestError", "request/image", "only one image"),
  "edit no image": refused("BadRequestError", "image/unsupported"),
  models: { value: ["tiny"] },
  model: { value: { id: "tiny", object: "model", owned_by: "aquatint" } },
  "model absent": refused("NotFoundError", "model/unknown", "absent"),
  "generate absent": refused("BadRequestError", "model/unknown", "absent"),
  "generate field": refused("UnprocessableEntityError", "request/invalid", "hue"),
  "generate n": refused("UnprocessableEntityError", "request/invalid", "n:"),
  "generate transparent": refused("BadRequestError", "request/background", "transparent"),
  "generate large": refused("UnprocessableEntityError", "request/invalid", "size"),
  variation: refused("NotFoundError", "request/route", "/v1/images/variations"),
  stranger: refused("AuthenticationError", "auth/token"),
};

test.skipIf(python === undefined)(
  "the PyPI client openai draws, edits, streams, lists models, and has a class for each error",
  async () => {
    await using server = await testServer({ token: TOKEN });
    const args = [script, server.server.url, TOKEN];
    const { stdout } = await promisify(execFile)(python ?? "", args, { maxBuffer: 2 ** 26 });
    const results: object = JSON.parse(stdout);
    expect(results).toMatchObject(expected);
    expect(Object.keys(results).toSorted()).toEqual(Object.keys(expected).toSorted());
  },
);
