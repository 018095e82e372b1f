import { SERVER_META } from "../site/server-address.ts";

/** The address of the page's server, with a slash at its end; undefined where the page's host names none. */
export const serverAddress = ((): URL | undefined => {
  const content = globalThis.document?.querySelector(`meta[name="${SERVER_META}"]`)?.getAttribute("content");
  return content ? new URL(content, document.baseURI) : undefined;
})();

/** The server's name and port, for people. */
export const serverName = serverAddress?.host ?? "";

/** Whether the server serves the page. */
export const isOwnServer = serverAddress?.origin === globalThis.location?.origin;

/** Whether others on the network can read what is sent: no TLS, and not this machine. */
export const isReadable =
  serverAddress?.protocol === "http:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(serverAddress.hostname);
