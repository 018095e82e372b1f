/** Numbers: random streams as PyTorch draws them, sequences, linear algebra, and names that are close to one another. */
export { average } from "./average.ts";
export { type CudaPhiloxOptions, cudaPhilox } from "./cuda.ts";
export { drawInteger, drawUniform } from "./draw.ts";
export { type Eigen, symmetricEigen } from "./eigen.ts";
export { type GeneratorName, generatorNamed, generators } from "./generators.ts";
export {
  addOuter,
  columnOf,
  diagonalOf,
  entryAt,
  type Matrix,
  matrixProduct,
  transposed,
  zeroMatrix,
} from "./matrix.ts";
export type { Mt19937State } from "./mt19937.ts";
export { didYouMean, type UnknownName, unknownName } from "./names.ts";
export { linspace } from "./numbers.ts";
export {
  type JsonSeed,
  jsonSeed,
  type NormalStream,
  type RandomState,
  type RandomStream,
  restoreTorchCpu,
  type Seed,
  torchCpu,
} from "./random.ts";
export { addScaled, dot, squaredDistance } from "./vector.ts";
