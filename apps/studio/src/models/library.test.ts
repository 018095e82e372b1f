import { beforeEach, expect, test, vi } from "vitest";
import { chooseDevice } from "../engine/engine-store.ts";
import type { EngineInfo, EngineRequest } from "../engine/protocol.ts";
import { folderOf, singleFile } from "../model-files/file-set.ts";
import type { FileReport } from "../model-files/report.ts";
import { forgetItem } from "./keep.ts";
import { choose, chooseModel, fitting, type LibraryItem, libraryStore, putItem } from "./library.ts";
import { modelOptions } from "./model-options.ts";
import { receiveModels, switchModel, takeReceived } from "./receive-models.ts";

const said: string[] = [];
vi.mock("../ui/toasts.tsx", () => ({ say: (text: string) => said.push(text) }));

type Call = Exclude<EngineRequest, { readonly call: "abort" }>;
type Open = Extract<Call, { readonly call: "open" }>;

/** What each call of the engine gives: nothing where it never ends, a text where it fails. */
let answerOf: (request: Call) => object | string | undefined = () => ({});
/** Sources that were opened, the default model as undefined. */
const opened: Open["params"]["source"][] = [];
let reports: Readonly<Record<string, Partial<FileReport>>> = {};

class EngineWorker {
  onmessage: ((event: { data: unknown }) => void) | undefined;
  isEnded = false;
  terminate() {
    this.isEnded = true;
  }
  postMessage(request: EngineRequest) {
    if (request.call === "abort") return;
    if (request.call === "open") opened.push(request.params.source);
    const result = answerOf(request) ?? (request.call === "open" ? undefined : {});
    if (result === undefined) return;
    const failure = { code: "studio/too-large", message: String(result) };
    const data = { id: request.id, ...(typeof result === "string" ? { failure } : { result }) };
    queueMicrotask(() => this.isEnded || this.onmessage?.({ data }));
  }
}

const info = { device: "wasm", modelName: "a model", damagedPieces: 0, isModelKept: true } as EngineInfo;
const report = (use: FileReport["use"], more: Partial<FileReport> = {}): FileReport => ({
  ...{ use, family: undefined, bytes: 1, parts: [], words: [], notes: [] },
  ...more,
});
const file = (name: string, content = name) => new File([content], name, { lastModified: content.length });
const item = (id: string, use: FileReport["use"], more: Partial<FileReport> = {}): LibraryItem => ({
  ...{ id, name: `${id}.safetensors`, report: report(use, more) },
  files: singleFile(file(`${id}.safetensors`)),
});
const dropped = (...names: readonly string[]) => names.map((name) => ({ files: singleFile(file(name)) }));
const choiceOf = () => libraryStore.get().choice;
const namesOf = () => libraryStore.get().items.map(({ name }) => name);

beforeEach(async () => {
  vi.stubGlobal("Worker", EngineWorker);
  vi.stubGlobal("document", { baseURI: "http://localhost/" });
  vi.stubGlobal("navigator", { hardwareConcurrency: 2 });
  answerOf = ({ call, params }) => {
    if (call === "open") return info;
    if (call === "misfits") return params.companions.map(() => undefined);
    if (call === "inspect") return report("lora", reports[params.files.name]);
    return undefined;
  };
  reports = {};
  libraryStore.set((library) => ({ ...library, items: [], choice: { loras: {}, embeddings: [] } }));
  await chooseModel(undefined);
  for (const list of [said, opened]) list.length = 0;
});

/** Lets no other source of this model be opened. */
const holdOpening = (id: string) => {
  const usual = answerOf;
  answerOf = (request) =>
    request.call === "open" && request.params.source?.model?.name === `${id}.safetensors` ? undefined : usual(request);
};

test("a model that is removed while it is opened is not used, nothing is said, and the default model is", async () => {
  for (const id of ["first", "second"]) putItem(item(id, "model"));
  await switchModel("first");
  holdOpening("second");
  const opening = switchModel("second");
  await vi.waitFor(() => expect(opened).toHaveLength(2));
  await forgetItem("second");
  await opening;
  expect(opened.map((source) => source?.model?.name)).toEqual(["first.safetensors", "second.safetensors", undefined]);
  expect(choiceOf().model).toBeUndefined();
  expect(namesOf()).toEqual(["first.safetensors"]);
  expect(libraryStore.get().isOpening).toBe(false);
  expect(said).toEqual([]);
});

test("another model that is chosen while one is opened stays chosen", async () => {
  for (const id of ["first", "second"]) putItem(item(id, "model"));
  holdOpening("first");
  const opening = switchModel("first");
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  await switchModel("second");
  await opening;
  expect(choiceOf().model).toBe("second");
  expect(said).toEqual([]);
});

test("a device that is chosen while a model is opened opens that model", async () => {
  putItem(item("first", "model"));
  const usual = answerOf;
  holdOpening("first");
  const opening = switchModel("first");
  await vi.waitFor(() => expect(opened).toHaveLength(1));
  answerOf = usual;
  await chooseDevice("webgpu");
  await opening;
  expect(opened.map((source) => source?.model?.name)).toEqual(["first.safetensors", "first.safetensors"]);
  expect(choiceOf().model).toBe("first");
  expect(said).toEqual([]);
});

test("a model that cannot be opened is said, and the one before it is used again", async () => {
  for (const id of ["first", "second"]) putItem(item(id, "model"));
  await switchModel("first");
  const usual = answerOf;
  answerOf = (request) =>
    request.call === "open" && request.params.source?.model?.name === "second.safetensors"
      ? "too large"
      : usual(request);
  await switchModel("second");
  expect(said).toEqual(["too large"]);
  expect(choiceOf().model).toBe("first");
  expect(opened.at(-1)?.model?.name).toBe("first.safetensors");
});

test("a LoRA that cannot be opened is said, and the files that were dropped with it come all the same", async () => {
  const usual = answerOf;
  answerOf = (request) => {
    const loras = request.call === "open" ? (request.params.source?.loras ?? []) : [];
    return loras.some(({ name }) => name === "large.safetensors") ? "too large" : usual(request);
  };
  await receiveModels(dropped("large.safetensors", "small.safetensors"));
  await vi.waitFor(() => expect(said).toEqual(["too large", "small.safetensors added: a LoRA"]));
  expect(Object.keys(choiceOf().loras)).toHaveLength(1);
});

test("files of one name have names of their own, the same file comes once, and a prompt calls each", async () => {
  const [first, second] = [
    { files: singleFile(file("style.safetensors", "one")) },
    { files: singleFile(file("style.safetensors", "two!")) },
  ];
  await receiveModels([first, second, first]);
  await vi.waitFor(() => expect(said).toHaveLength(3));
  expect(namesOf()).toEqual(["style.safetensors", "style (2).safetensors"]);
  expect(opened.at(-1)?.loras.map(({ name }) => name)).toEqual(namesOf());
  const { loraScales, prompt } = await modelOptions({ prompt: "a fox <lora:Style (2):0.3>" });
  expect({ loraScales, prompt }).toEqual({ loraScales: [1, 0.3], prompt: "a fox" });
  reports = { "style.safetensors": { use: "model" } };
  await receiveModels([{ files: singleFile(file("style.safetensors", "a model")) }]);
  await takeReceived();
  expect(namesOf().at(-1)).toBe("style.safetensors"); // of another use
});

test("a folder that is dropped twice is listed once", async () => {
  const folder = () => ({
    files: folderOf(
      "sd",
      new Map([
        ["model_index.json", file("model_index.json")],
        ["unet/config.json", file("config.json")],
      ]),
    ),
  });
  reports = { sd: { use: "model" } };
  for (const set of [folder(), folder()]) {
    await receiveModels([set]);
    await takeReceived();
  }
  expect(namesOf()).toEqual(["sd"]);
  expect(opened).toHaveLength(1);
});

test("an embedding is used where its word is in the prompt, whatever model was chosen since, and one of the same word in its place", async () => {
  putItem(item("model", "model"));
  putItem(item("thing", "embedding", { words: ["<thing>"] }));
  await chooseModel("model");
  const words = () => opened.at(-1)?.embeddings.map(({ name }) => name);
  await modelOptions({ prompt: "a fox" });
  expect(words()).toEqual([]);
  await modelOptions({ prompt: "a fox", negative: "the <thing>" });
  expect(words()).toEqual(["thing.safetensors"]);
  const openings = opened.length;
  await modelOptions({ prompt: "<thing>" });
  expect(opened).toHaveLength(openings);
  reports = { "other.safetensors": { use: "embedding", words: ["<thing>"] } };
  await receiveModels(dropped("other.safetensors"));
  await vi.waitFor(() => expect(words()).toEqual(["other.safetensors"]));
  await modelOptions({ prompt: "<thing>" });
  expect(words()).toEqual(["other.safetensors"]);
});

test("of two LoRAs of one name a prompt calls the one that fits", async () => {
  putItem({ ...item("a", "lora"), name: "style.safetensors", misfit: "it is for another family" });
  putItem({ ...item("b", "lora"), name: "style.safetensors" });
  await modelOptions({ prompt: "<lora:style:0.5>" });
  expect(Object.keys(choiceOf().loras)).toEqual(["b"]);
  expect(fitting(libraryStore.get(), "lora")).toHaveLength(1);
});

test("a scale that is moved opens nothing", async () => {
  putItem(item("style", "lora"));
  await choose((choice) => ({ ...choice, loras: { style: 1 } }));
  expect(opened).toHaveLength(1);
  await choose((choice) => ({ ...choice, loras: { style: 0.3 } }));
  expect(opened).toHaveLength(1);
  expect((await modelOptions({ prompt: "a fox" })).loraScales).toEqual([0.3]);
});
