/** What the part of an address after "#" says: `#forward?step=2&noise.t=300`. */
export interface Address {
  /** Name of a page; "" is the table of contents. */
  readonly page: string;
  /** Texts by key: those of a figure begin with its name and a period. */
  readonly values: Readonly<Record<string, string>>;
}

/** Reads the part of an address after "#". */
export function parseAddress(hash: string): Address {
  const [page = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  return { page: safely(page), values: Object.fromEntries(new URLSearchParams(query)) };
}

const safely = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The part of an address from "#" on. */
export function addressHash({ page, values }: Address): string {
  const query = new URLSearchParams(values).toString().replaceAll("%2C", ",");
  return `#${encodeURIComponent(page)}${query && `?${query}`}`;
}

/** The values that stay when another page opens: those that belong to no page. */
export const sharedValues = (values: Address["values"]): Address["values"] =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !key.includes(".") && key !== "step"));
