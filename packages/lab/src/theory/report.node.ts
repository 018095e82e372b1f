import { tensorToImage } from "aquatint/formats";
import { itemAt } from "aquatint/util";
import { html } from "../reports/html.ts";
import { page } from "../reports/page.ts";
import { theoryImages } from "./images.node.ts";
import { mixturePart, oneShotPart, pixelElboPart } from "./likelihood-section.node.ts";
import { openPixelDenoiser } from "./pixel-denoiser.node.ts";
import { forwardPart, type Part, posteriorPart, schedulesPart } from "./process-section.node.ts";
import { convergencePart, trajectoriesPart } from "./sampler-section.node.ts";

/** Options of a theory report. */
export interface TheoryOptions {
  /** Folder of a pixel model; the default one when absent. */
  readonly model?: string | undefined;
  /** Files of images; held-out scenes when absent. */
  readonly images?: readonly string[] | undefined;
  /** Who made it: "aquatint 1.2.3". */
  readonly maker: string;
  readonly signal?: AbortSignal | undefined;
}

/** A part of the report is done. */
export interface TheoryPartEvent {
  readonly type: "part";
  readonly title: string;
  readonly i: number;
  readonly n: number;
}
/** The whole report. */
export interface TheoryReportEvent {
  readonly type: "report";
  /** One self-contained HTML file. */
  readonly html: string;
  /** The numbers that it shows, by section. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly seconds: number;
}
/** Events while a report is made. */
export type TheoryEvent = TheoryPartEvent | TheoryReportEvent;

/** Computes the theory and draws it; every number is measured anew. */
export async function* theoryReport(options: TheoryOptions): AsyncGenerator<TheoryEvent, void, void> {
  const { model: folder, images, maker, signal } = options;
  const start = performance.now();
  await using model = await openPixelDenoiser({ model: folder });
  const samples = await theoryImages({ images, size: model.size });
  const input = { model, images: samples, signal };
  const first = itemAt(samples.list, 0);
  const pixels = tensorToImage(first.values, { width: model.size, height: model.size });
  const makers: readonly (() => Part | Promise<Part>)[] = [
    schedulesPart,
    () => forwardPart(pixels, first.caption || "the given image"),
    posteriorPart,
    trajectoriesPart,
    convergencePart,
    () => oneShotPart(input),
    mixturePart,
    () => pixelElboPart(input),
  ];
  const parts: Part[] = [];
  for (const make of makers) {
    signal?.throwIfAborted();
    const part = await make();
    parts.push(part);
    yield { type: "part", title: part.section.title, i: parts.length, n: makers.length };
  }
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  const data = Object.fromEntries(parts.map(({ section, data }) => [section.id, data]));
  yield { type: "report", html: reportPage(parts, { maker, seconds, images: samples.described }), data, seconds };
}

interface ReportInfo {
  readonly maker: string;
  readonly seconds: number;
  readonly images: string;
}

const reportPage = (parts: readonly Part[], { maker, seconds, images }: ReportInfo): string =>
  page({
    kicker: "Aquatint · Theory",
    title: "Diffusion models, to look at and to trust",
    lead: html`The lecture's mathematics, computed by the code that trains and samples. Where the truth is known, the
      software is measured against it.`,
    sections: parts.map(({ section }) => section),
    footer: html`Made by <code>aquatint theory</code> (${maker}) in ${seconds} s, with the pixel model and ${images}.`,
  });
