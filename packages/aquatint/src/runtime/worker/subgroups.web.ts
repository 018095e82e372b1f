/** The smallest subgroup for which ONNX Runtime's attention is right: its kernel reads 8 keys from one. */
const SMALLEST = 8;

/** The part of a GPUAdapter that concerns subgroups. */
export interface SubgroupAdapter {
  readonly info?: { readonly subgroupMinSize?: number } | undefined;
  requestDevice(descriptor?: GPUDeviceDescriptor): Promise<GPUDevice>;
}

/**
 * Makes adapters of a prototype give devices without subgroups where these may be smaller than ONNX Runtime 1.30 assumes.
 * Its attention for more than 32 queries takes the keys from the invocations of a subgroup, 8 or 16 of them; in one of 4
 * it counts keys twice. Without subgroups it takes them from the workgroup's memory, of any size.
 */
export function withholdSmallSubgroups(prototype: SubgroupAdapter): void {
  const { requestDevice } = prototype;
  prototype.requestDevice = function (this: SubgroupAdapter, descriptor = {}) {
    const { requiredFeatures = [] } = descriptor;
    const isSmall = (this.info?.subgroupMinSize ?? 0) < SMALLEST;
    const features = [...requiredFeatures].filter((feature) => !(isSmall && feature.includes("subgroup")));
    return requestDevice.call(this, { ...descriptor, requiredFeatures: features });
  };
}
