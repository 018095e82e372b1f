import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "aquatint/cli";
import { encodePng } from "aquatint/formats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../aquatint/test/captured-io.ts";
import { tinyPixelModel, writeFiles } from "../../../aquatint/test/tiny-pixel-model.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-theory-"));
  await writeFiles(join(cwd, "model"), tinyPixelModel());
  const data = Uint8Array.from({ length: 12 * 10 * 3 }, (_, i) => (i * 7) % 256);
  await writeFile(join(cwd, "p.png"), encodePng({ width: 12, height: 10, channels: 3, data }));
});
afterAll(() => rm(cwd, { recursive: true }));

test("theory writes one page with every section, of the images that are given", async () => {
  const { io, out, err } = capturedIo({ cwd });
  const options = ["--model", "model", "--image", "p.png", "--out", "r.html", "--json", "--quiet"];
  expect(await main(["theory", ...options], io), err()).toBe(0);
  const report = JSON.parse(out());
  const page = await readFile(join(cwd, "r.html"), "utf8");
  for (const id of ["schedules", "forward", "posterior", "trajectories", "orders", "one-shot", "bound", "elbo"]) {
    expect(report).toHaveProperty(id);
    expect(page).toContain(`<section id="${id}">`);
  }
  expect(page).not.toMatch(/NaN|undefined|<script|src="http/);
  expect(report.elbo.heldOut).toBe(false);
  const { exact, bounds } = report.bound;
  for (const { bits } of bounds) expect(bits).toBeGreaterThan(exact);
  for (const { t, small, exact: truth } of report.posterior) {
    expect(truth, `t = ${t}`).toBeGreaterThan(small - 1e-9);
    expect(truth).toBeLessThan(1.005);
  }
  for (const { name, declared, fitted } of report.orders.deterministic) {
    expect(fitted, name).toBeGreaterThan(declared - 0.35);
  }
});
