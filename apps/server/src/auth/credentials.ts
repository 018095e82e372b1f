/** What a request proves its sender with. */
export interface Credentials {
  readonly token: string;
  /** The user's name, of Basic authentication. */
  readonly name?: string | undefined;
}

/** The credentials of an Authorization header: a bearer token, or Basic with the token as password; undefined without. */
export function credentialsIn(header: string | undefined): Credentials | undefined {
  const [, scheme = "", value = ""] = /^(\w+) +(\S+)$/.exec(header ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return { token: value };
  if (scheme.toLowerCase() !== "basic") return undefined;
  const text = Buffer.from(value, "base64").toString("utf8");
  const at = text.indexOf(":");
  return at < 0 ? undefined : { name: text.slice(0, at), token: text.slice(at + 1) };
}
