import { cudaPhilox } from "../packages/aquatint/src/math/cuda.ts";
import { type NormalStream, torchCpu } from "../packages/aquatint/src/math/random.ts";

export interface RandomBench {
  /** Millions of float32 normals a second on one core, in the fastest of the rounds. */
  readonly torchCpuMillions: number;
  readonly cudaPhiloxMillions: number;
  /** Normals in a draw: those of a latent of 1024 x 1024 pixels. */
  readonly draw: number;
}

const DRAW = 4 * 128 * 128;

/** Times the normals of both streams. */
export async function randomBench({ rounds = 400 } = {}): Promise<RandomBench> {
  const millions = (stream: NormalStream) => Math.round(fastest(stream, rounds) * 10) / 10;
  return { torchCpuMillions: millions(torchCpu(1)), cudaPhiloxMillions: millions(cudaPhilox(1)), draw: DRAW };
}

function fastest(stream: NormalStream, rounds: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    stream.randn(DRAW);
    best = Math.min(best, performance.now() - start);
  }
  return DRAW / best / 1000;
}
