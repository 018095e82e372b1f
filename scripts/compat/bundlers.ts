import type { Row } from "./row.ts";
export const bundlerRows: readonly Row[] = [];
