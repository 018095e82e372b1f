import { ZodError, ZodRealError } from "zod";

/** Parses fields of a job; what is wrong has the name of the field that the client sent. @throws ZodError. */
export function withFieldNames<T>(names: Readonly<Record<string, string>>, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const issues = error.issues.map((issue) => {
      const [first = "", ...rest] = issue.path;
      return { ...issue, path: [names[String(first)] ?? first, ...rest] };
    });
    throw new ZodRealError(issues);
  }
}
