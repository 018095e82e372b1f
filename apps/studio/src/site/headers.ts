/** SHA-256 of the style that React Aria writes into the page: touch does not scroll what is pressed. */
const PRESSABLE_STYLE = "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='";

const policy = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "style-src": `'self' ${PRESSABLE_STYLE}`,
  "img-src": "'self' blob: data:",
  "connect-src": "'self' blob:",
  "worker-src": "'self' blob:",
  "manifest-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
};
const policyText = (entries: object): string =>
  Object.entries(entries)
    .map((entry) => entry.join(" "))
    .join("; ");

/** The policy with the origin of a server that the page may call, where it is not its own. */
const policyFor = (origin: string | undefined) =>
  origin === undefined ? policy : { ...policy, "connect-src": `${policy["connect-src"]} ${origin}` };

/** The Hugging Face Hub, from which a visitor may fetch models. */
export const HUB = "https://huggingface.co";

/** Hosts that the hub's files come from: it sends those that ask for one to its storage. */
const hubHosts = (hub: string): readonly string[] =>
  hub === HUB ? [HUB, "https://*.huggingface.co", "https://*.hf.co"] : [new URL(hub).origin];

/** The script of the worker that fetches from the hub, by its path. */
export const isHubWorker = (path: string): boolean => /(^|\/)hub\.worker-[^/]*\.js$/.test(path);

/** The page's policy as its `<meta>` element has it, for hosts that send no headers. */
export const metaPolicy = (origin?: string): string => policyText(policyFor(origin));

/** The two headers by which a page is cross-origin isolated, so that ONNX Runtime may use threads. */
export const isolationHeaders = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
} as const;

/** The headers of every file of the page but the script that fetches from the hub; it may call a server of another origin where one is given. */
export const pageHeaders = (origin?: string): Readonly<Record<string, string>> => ({
  ...isolationHeaders,
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": policyText({ ...policyFor(origin), "frame-ancestors": "'none'" }),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
});

/** What the page may call besides its own host. */
interface Connections {
  /** Origin of the server that it draws on. */
  readonly server?: string | undefined;
  /** Address of the hub that a worker fetches models from. */
  readonly hub?: string | undefined;
}

/** The headers of a file. A worker has the policy of its own script: the one that fetches from the hub may connect to it, and nothing else may. */
export const headersFor = (path: string, { server, hub = HUB }: Connections = {}): Readonly<Record<string, string>> =>
  isHubWorker(path)
    ? {
        ...pageHeaders(),
        "Content-Security-Policy": policyText({ ...policy, "connect-src": ["'self'", ...hubHosts(hub)].join(" ") }),
      }
    : pageHeaders(server);
