import type { Executable } from "../../compiler/executable.ts";
import type { PackedSession } from "../worker/sessions.ts";

type Packed = NonNullable<Executable["packed"]>;

/** ONNX Runtime writes the optimized graph with external, packed weights, and opens it as it is. */
const sessions: Readonly<Record<Packed["use"], (folder: string) => PackedSession>> = {
  read: (folder) => ({
    model: `${folder}/model.onnx`,
    options: { graphOptimizationLevel: "disabled" },
    entries: {},
  }),
  write: (folder) => ({
    options: { optimizedModelFilePath: `${folder}/model.onnx` },
    entries: {
      save_external_prepacked_constant_initializers: "1",
      optimized_model_external_initializers_file_name: "weights.bin",
      optimized_model_external_initializers_min_size_in_bytes: "1024",
    },
  }),
};

/** The session of packed weights in a folder. */
export const packedSession = ({ use, folder }: Packed): PackedSession => sessions[use](folder);
