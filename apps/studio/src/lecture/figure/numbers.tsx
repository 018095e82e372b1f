import type { ReactNode } from "react";
import { Scroller } from "../ui/Scroller.tsx";

/** A number as a figure shows it: "0.3142", "3.1e-7". */
export function numberText(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 10 ** -digits || size >= 1e6)) return minus(value.toExponential(2));
  return minus(value.toFixed(size >= 100 ? Math.max(digits - 3, 0) : digits));
}

const minus = (text: string): string => text.replaceAll("-", "−");

/** A number of a figure, rounded for readers, in full for programs. */
export const Value = ({
  name,
  of,
  digits,
}: {
  readonly name: string;
  readonly of: number;
  readonly digits?: number;
}) => (
  <data className="value" data-name={name} value={String(of)}>
    {numberText(of, digits)}
  </data>
);

interface NumbersProps {
  readonly caption: string;
  readonly columns: readonly string[];
  /** A row begins with what names it. */
  readonly rows: readonly { readonly label: string; readonly values: readonly number[] }[];
}

/** The numbers behind a figure as a table, closed at first. */
export const Numbers = ({ caption, columns, rows }: NumbersProps) => (
  <details className="numbers">
    <summary>Numbers</summary>
    <Scroller className="numbers-scroll" label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, values }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {values.map((value, i) => (
                <td key={columns[i + 1]}>
                  <Value name={`${label} ${columns[i + 1]}`} of={value} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  </details>
);

/** Labeled numbers in a row. */
export const Readout = ({ children }: { readonly children: ReactNode }) => <dl className="readout">{children}</dl>;

/** A labeled number of a `Readout`. */
export const Reading = ({
  label,
  ...value
}: {
  readonly label: ReactNode;
  readonly name: string;
  readonly of: number;
  readonly digits?: number;
}) => (
  <div>
    <dt>{label}</dt>
    <dd>
      <Value {...value} />
    </dd>
  </div>
);
