import { AsyncLocalStorage } from "node:async_hooks";

/** A form that the followed value has. */
export type Form = "text" | "ids" | "numbers" | "image" | "bytes";

/** A call of a wrapped function. */
export interface Call {
  readonly file: string;
  readonly name: string;
  readonly calls: Call[];
  /** The forms that the value has in the arguments, and in the result. */
  readonly takes: ReadonlySet<Form>;
  readonly gives: Set<Form>;
  /** Whether it returned a promise or a generator. */
  waits: boolean;
  /** Whether it took the value and wrote it to a file. */
  readonly writes: boolean;
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** How deep the fields of arguments and results are searched. */
const DEPTH = 9;

/** A value, its elements and its fields, but not what a function or an instance of a class holds. */
function* parts(value: unknown, depth = DEPTH, visited = new Set<unknown>()): Generator<unknown> {
  yield value;
  if (depth === 0 || typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  if (visited.has(value) || isNumberList(value)) return;
  visited.add(value);
  const isList = Array.isArray(value) || value instanceof Map;
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value));
  const inner = isList ? [...value.values()] : isPlain ? Object.values(value) : [];
  for (const part of inner) yield* parts(part, depth - 1, visited);
}

const isNumberList = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((element) => typeof element === "number");

function formOf(part: unknown): Form {
  if (typeof part === "string") return "text";
  if (part instanceof Int32Array || Array.isArray(part)) return "ids";
  if (part instanceof Float32Array) return "numbers";
  return part instanceof Uint8Array || part instanceof Uint8ClampedArray ? "bytes" : "image";
}

/**
 * Follows a text through wrapped functions. The value is every string with `marker` in it, and every array that a function
 * made which the value had entered.
 */
export function createTracer(marker: string) {
  const arrays = new WeakSet<object>();
  const current = new AsyncLocalStorage<Call>();
  const node = (file: string, name: string, takes: ReadonlySet<Form>): Call => {
    const writes = takes.size > 0 && file === "formats/files.node.ts" && name.startsWith("write");
    return { file, name, takes, writes, calls: [], gives: new Set(), waits: false };
  };
  const root = node("", "", new Set());
  const isArray = (part: unknown): part is object => ArrayBuffer.isView(part) || isNumberList(part);
  /** @param isInside the caller is a function that the value entered, so that its arrays are made of it. */
  const formsIn = (value: unknown, isInside: boolean): Set<Form> => {
    const forms = new Set<Form>();
    const holds = (part: unknown) => isArray(part) && (arrays.has(part) || (isInside && ArrayBuffer.isView(part)));
    for (const part of parts(value)) {
      if (typeof part === "string" ? part.includes(marker) : holds(part)) forms.add(formOf(part));
      else if (typeof part === "object" && part !== null && "width" in part && "data" in part && holds(part.data)) {
        forms.add("image");
      }
    }
    return forms;
  };
  const leave = (call: Call, result: unknown) => {
    if (call.takes.size === 0) return;
    for (const part of parts(result)) {
      if (ArrayBuffer.isView(part) || (part === result && isNumberList(part))) arrays.add(part);
    }
    for (const form of formsIn(result, false)) call.gives.add(form);
  };
  const generator = (call: Call, events: AsyncGenerator): AsyncGenerator => {
    const next = events.next.bind(events);
    events.next = async (...args) => {
      const step = await current.run(call, () => next(...args));
      leave(call, step.value);
      return step;
    };
    return events;
  };
  const wrap = (file: string, name: string, fn: Callable): Callable => {
    const wrapped: Callable = function (...args) {
      const parent = current.getStore() ?? root;
      const call = node(file, name, formsIn(args, parent.takes.size > 0));
      parent.calls.push(call);
      const result = current.run(call, () => fn.apply(this, args));
      const isGenerator = typeof result === "object" && result !== null && Symbol.asyncIterator in result;
      call.waits = isGenerator || result instanceof Promise;
      if (isGenerator && "next" in result) return generator(call, result as AsyncGenerator);
      if (result instanceof Promise)
        result.then(
          (value) => leave(call, value),
          () => {},
        );
      else leave(call, result);
      return result;
    };
    return Object.assign(wrapped, fn);
  };
  return { root, wrap, outside: <R>(run: () => R): R => current.exit(run) };
}
