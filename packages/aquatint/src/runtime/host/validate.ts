import { AquatintError, type ErrorCode } from "../../errors.ts";
import { hostArrays } from "../../graph/host-tensor.ts";
import { type HostTensor, type HostTensors, sizeOf, type Type, typeName } from "../../graph/types.ts";

type Types = Readonly<Record<string, Type>>;

/** Expected types, and the words for them: "the program expects x: float32[1]". */
export interface Expected {
  readonly code: ErrorCode;
  readonly owner: string;
  readonly types: Types;
}

/** Throws unless everything expected is there, with its type. */
export function checkTypes(actual: Types, { code, owner, types }: Expected): void {
  for (const [name, expected] of Object.entries(types)) {
    const type = Object.hasOwn(actual, name) ? actual[name] : undefined;
    if (!type) throw new AquatintError(code, `${owner} expects ${entry(name, expected)}, but "${name}" is missing`);
    if (typeName(type) !== typeName(expected)) {
      throw new AquatintError(code, `${owner} expects ${entry(name, expected)}, but it is ${typeName(type)}`);
    }
  }
}

/** Throws unless every tensor is one of those expected, of its type, and holds as many values as its shape says. */
export function checkTensors(tensors: HostTensors, { code, owner, types }: Expected): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    const expected = Object.hasOwn(types, name) ? types[name] : undefined;
    if (!expected) throw new AquatintError(code, `${owner} has no "${name}"; it has ${list(types)}`);
    checkTypes({ [name]: tensor }, { code, owner, types: { [name]: expected } });
    checkData(name, tensor, code);
  }
}

/** Throws unless `data` is the array for the tensor's element type and as long as the shape says. */
export function checkData(name: string, { dtype, shape, data }: HostTensor, code: ErrorCode): void {
  const expected = hostArrays[dtype];
  // not instanceof: tests of Jest and vm contexts have constructors of their own
  if (Object.prototype.toString.call(data) !== `[object ${expected.name}]`) {
    throw new AquatintError(code, `"${name}" is ${dtype}, but its data is not of type ${expected.name}`);
  }
  if (data.length !== sizeOf(shape)) {
    throw new AquatintError(code, `"${name}" is ${typeName({ dtype, shape })}, but its data has ${data.length} values`);
  }
}

const entry = (name: string, type: Type): string => `${name}: ${typeName(type)}`;

const LISTED = 8;
function list(types: Types): string {
  const names = Object.keys(types);
  if (names.length === 0) return "nothing";
  const firstNames = names.slice(0, LISTED).join(", ");
  return names.length > LISTED ? `${firstNames} and ${names.length - LISTED} more` : firstNames;
}
