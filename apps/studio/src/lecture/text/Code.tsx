import { useEffect, useState } from "react";
import { Scroller } from "../ui/Scroller.tsx";
import { regionOf } from "./region.ts";

/** The texts of the examples, each loaded when a page shows it. */
const files = import.meta.glob<string>("../../../../../examples/lecture/*.ts", { query: "?raw", import: "default" });

const loadFile = async (file: string): Promise<string> => {
  const load = Object.entries(files).find(([path]) => path.endsWith(`/${file}`))?.[1];
  if (!load) throw new Error(`there is no example ${file}`);
  return load();
};

/** The code that a page ends with. */
export interface CodeSample {
  /** A file of examples/lecture. */
  readonly file: string;
  /** Lines of the code, which keep its place until it is loaded. */
  readonly lines: number;
}

/** Lines of an example that a test runs, between its marks `// #region` and `// #endregion`. */
export function Code({ file, lines }: CodeSample) {
  const [text, setText] = useState("\n".repeat(lines - 1));
  useEffect(() => {
    let isShown = true;
    loadFile(file).then(
      (source) => isShown && setText(regionOf(source, file)),
      (error: Error) => isShown && setText(`// ${error.message}`),
    );
    return () => {
      isShown = false;
    };
  }, [file]);
  return (
    <section className="code" aria-labelledby="code-title">
      <h2 id="code-title">The code</h2>
      <p>
        These lines are from <code>examples/lecture/{file}</code>. A test of the project runs them.
      </p>
      <Scroller className="code-lines" label={file}>
        <pre>
          <code>{text}</code>
        </pre>
      </Scroller>
    </section>
  );
}
