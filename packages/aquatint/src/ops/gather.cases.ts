import { given, type OpCase, spread } from "./conformance.cases.ts";
import { array, total } from "./float64.cases.ts";
import { embedding, scatterAdd } from "./gather.ts";

export const gatherCases: readonly OpCase[] = [
  {
    name: "embedding, some rows twice and some never",
    inputs: [spread([5, 3]), given("int32", [2, 3], [4, 0, 4, 1, 1, 4])],
    op: embedding,
    reference: (table, ids) => array([2, 3, 3], ([i, j, k]) => table!.at(ids!.at(i!, j!), k!)),
  },
  {
    name: "scatterAdd",
    inputs: [spread([4, 2]), given("int32", [4], [2, 0, 2, 2])],
    op: (rows, ids) => scatterAdd(rows!, ids!, { rows: 3 }),
    reference: (rows, ids) => array([3, 2], ([r, k]) => total(4, (i) => (ids!.at(i) === r ? rows!.at(i, k!) : 0))),
  },
];
