import { activationRows } from "./activation.cases.ts";
import { attentionRows } from "./attention.cases.ts";
import { comparisonRows } from "./comparison.cases.ts";
import type { OpRows } from "./conformance.cases.ts";
import { convRows } from "./conv.cases.ts";
import { elementwiseRows } from "./elementwise.cases.ts";
import { gatherRows } from "./gather.cases.ts";
import { leafRows } from "./leaves.cases.ts";
import { matmulRows } from "./matmul.cases.ts";
import { normRows } from "./norm.cases.ts";
import { poolRows } from "./pool.cases.ts";
import { reduceRows } from "./reduce.cases.ts";
import { resizeRows } from "./resize.cases.ts";
import { shapeRows } from "./shape.cases.ts";

/** The table of all ops: one row each, under its name in ops/index.ts. */
export const rows: OpRows = {
  ...leafRows,
  ...elementwiseRows,
  ...comparisonRows,
  ...activationRows,
  ...reduceRows,
  ...shapeRows,
  ...matmulRows,
  ...convRows,
  ...poolRows,
  ...resizeRows,
  ...normRows,
  ...gatherRows,
  ...attentionRows,
};
