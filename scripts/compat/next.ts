import type { Row } from "./row.ts";
export const nextRows: readonly Row[] = [];
