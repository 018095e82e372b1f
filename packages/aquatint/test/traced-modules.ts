import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { createServer, type Plugin } from "vite";
import type { createTracer } from "./call-tracer.ts";

const source = fileURLToPath(new URL("../src/", import.meta.url));
/** Folders in which a value is handled that was made of a prompt; the others know graphs, models and numbers. */
const traced = /^(checkpoints|cli|diffusion|formats|pipelines|runtime|tokenizers)\//;
const THREADS = "virtual:threads";

const { factory } = ts;
const wrapped = (file: string, name: string, fn: ts.Expression): ts.Expression =>
  factory.createCallExpression(factory.createIdentifier("globalThis.tracer.wrap"), undefined, [
    factory.createStringLiteral(file),
    factory.createStringLiteral(name),
    fn,
  ]);

/** The name that a function has or is assigned to. */
const nameIn = (node: ts.Node, outer: string): string =>
  "name" in node && node.name && ts.isIdentifier(node.name as ts.Node) ? (node.name as ts.Identifier).text : outer;

/** A method of an object as a property that holds a function. */
function methodProperty(method: ts.MethodDeclaration, file: string, name: string): ts.Node {
  const { modifiers, asteriskToken, parameters, body } = method;
  const async = modifiers?.filter(ts.isModifier);
  const fn = factory.createFunctionExpression(async, asteriskToken, undefined, undefined, parameters, undefined, body!);
  return factory.createPropertyAssignment(method.name, wrapped(file, name, fn));
}

/** Whether a function is a variable's, a property's or a result; a callback belongs to its caller. */
const isLasting = ({ parent }: ts.Node): boolean =>
  ts.isVariableDeclaration(parent) ||
  ts.isPropertyAssignment(parent) ||
  ts.isReturnStatement(parent) ||
  ts.isArrowFunction(parent);

/** Wraps the functions of a file: declarations, methods of objects, and functions that are held or returned. */
const transformer =
  (file: string): ts.TransformerFactory<ts.SourceFile> =>
  (context) =>
  (tree) => {
    const declared: string[] = [];
    const visit = (node: ts.Node, outer: string): ts.Node => {
      const name = nameIn(node, outer);
      if (ts.isFunctionDeclaration(node) && node.parent === tree) declared.push(name);
      const result = ts.visitEachChild(node, (child) => visit(child, name), context);
      if (ts.isMethodDeclaration(result) && ts.isObjectLiteralExpression(node.parent) && ts.isIdentifier(result.name)) {
        return methodProperty(result, file, name);
      }
      const isFunction = ts.isArrowFunction(result) || ts.isFunctionExpression(result);
      return isFunction && isLasting(node) ? wrapped(file, name, result) : result;
    };
    const { statements } = ts.visitEachChild(tree, (node) => visit(node, ""), context);
    const replaced = declared.map((name) => {
      const variable = factory.createIdentifier(name);
      return factory.createExpressionStatement(factory.createAssignment(variable, wrapped(file, name, variable)));
    });
    const imports = statements.filter(ts.isImportDeclaration);
    const rest = statements.filter((statement) => !ts.isImportDeclaration(statement));
    return factory.updateSourceFile(tree, [...imports, ...replaced, ...rest]);
  };

const compiled = (code: string, file: string): string =>
  ts.transpileModule(code, {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
    transformers: { before: traced.test(file) ? [transformer(file)] : [] },
  }).outputText;

/** A worker in this thread: what it is sent arrives as it is, so that the value stays known. */
const threads = `
let worker;
export const isMainThread = true;
export let workerData;
export const parentPort = {
  on: (_, onMessage) => worker.start(onMessage),
  postMessage: (answer) => globalThis.tracer.outside(() => queueMicrotask(() => worker.listeners.message(answer))),
};
export class Worker {
  listeners = {};
  started = new Promise((resolve) => { this.start = resolve; });
  constructor(_, options) {
    worker = this;
    workerData = options.workerData;
    import("/src/runtime/worker.node.ts");
  }
  on(name, listener) { this.listeners[name] = listener; }
  once() {}
  postMessage(request) { this.started.then((onMessage) => onMessage(request)); }
  ref() {}
  unref() {}
  async terminate() {}
}`;

const plugin: Plugin = {
  name: "traced",
  enforce: "pre",
  resolveId: (id) => (id === THREADS ? id : undefined),
  load: (id) => (id === THREADS ? threads : undefined),
  transform(code, id) {
    const [path = ""] = id.split("?");
    if (!path.startsWith(source) || !path.endsWith(".ts")) return undefined;
    const local = code.replace('"node:worker_threads"', `"${THREADS}"`);
    return { code: compiled(local, relative(source, path)), map: null };
  },
};

/** The sources with their functions wrapped by a tracer, in modules of their own; the runtime's worker is in this thread. */
export async function tracedModules(tracer: ReturnType<typeof createTracer>) {
  Object.assign(globalThis, { tracer });
  const server = await createServer({
    configFile: false,
    root: fileURLToPath(new URL("../", import.meta.url)),
    appType: "custom",
    logLevel: "error",
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    plugins: [plugin],
  });
  return {
    load: (path: string) => server.ssrLoadModule(path),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
