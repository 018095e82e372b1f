import { useStore } from "../../state/store.ts";
import { fitting, libraryStore } from "../library.ts";
import { Words } from "./Words.tsx";

/** The words of the textual inversions that fit the model. */
export const EmbeddingFields = () => {
  const library = useStore(libraryStore);
  const words = [...new Set(fitting(library, "embedding").flatMap(({ report }) => report.words))];
  if (words.length === 0) return null;
  return (
    <div className="field">
      <h3 className="field-label">Embeddings</h3>
      <Words words={words} />
      <p className="help">Each word stands for what its file was trained on, in the prompt or the negative prompt.</p>
    </div>
  );
};
