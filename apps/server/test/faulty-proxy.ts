import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What becomes of a request: it passes, is answered with 503, is cut before or after the server took it. */
export type Fault = "none" | "busy" | "cut" | "cut after";

/** A proxy that spoils some requests on their way. */
export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /** Methods of the requests that came. */
  readonly requests: string[];
  /** Decides about each request. */
  fault: (method: string) => Fault;
}

/** Starts one before a server; it leaves headers and paths as they are, for both are signed. */
export async function faultyProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing).catch(() => outgoing.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    fault: () => "none",
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = incoming;
    proxy.requests.push(method);
    const fault = proxy.fault(method);
    if (fault === "cut") return void outgoing.destroy();
    const body = await buffer(incoming);
    if (fault === "busy") return void outgoing.writeHead(503).end("<Error><Code>SlowDown</Code></Error>");
    const forwarded = request(new URL(url, target), { method, headers, agent: false }).end(body);
    const [response] = (await once(forwarded, "response")) as [IncomingMessage];
    const bytes = await buffer(response);
    if (fault === "cut after") return void outgoing.destroy();
    outgoing.writeHead(response.statusCode ?? 500, response.headers).end(bytes);
  }
  return proxy;
}
