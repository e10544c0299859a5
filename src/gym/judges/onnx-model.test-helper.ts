/** Writes tiny ONNX files: protobuf by hand, as onnx.proto has it. */
type Field = [number: number, value: number | string | Uint8Array | Field[]];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

function message(fields: readonly Field[]): number[] {
  return fields.flatMap(([number, value]) => {
    if (typeof value === "number") return [...varint(number * 8), ...varint(value)];
    const bytes = typeof value === "string" ? Buffer.from(value) : value instanceof Uint8Array ? value : message(value);
    return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
  });
}

const float = 1;
const int64 = 7;

function valueInfo(name: string, type: number, dims: readonly string[]): Field[] {
  const sizes: Field[] = dims.map((dim) => [1, [[2, dim]]]);
  return [
    [1, name],
    [
      2,
      [
        [
          1,
          [
            [1, type],
            [2, sizes],
          ],
        ],
      ],
    ],
  ];
}

/**
 * Looks each id up in `table` (V, H): the output is (B, T, H), or with `pool` its mean over T, (B, H).
 */
export function lookupModel(table: readonly (readonly number[])[], pool = false): Uint8Array {
  const values = Float32Array.from(table.flat());
  const gather: Field[] = [
    [1, "table"],
    [1, "input_ids"],
    [2, pool ? "hidden" : "output"],
    [4, "Gather"],
  ];
  const axes: Field[] = [
    [1, "axes"],
    [20, 7],
    [8, 1],
  ];
  const keep: Field[] = [
    [1, "keepdims"],
    [20, 2],
    [3, 0],
  ];
  const mean: Field[] = [
    [1, "hidden"],
    [2, "output"],
    [4, "ReduceMean"],
    [5, axes],
    [5, keep],
  ];
  const graph: Field[] = [
    [1, gather],
    ...(pool ? [[1, mean] as Field] : []),
    [2, "lookup"],
    [
      5,
      [
        [1, table.length],
        [1, table[0].length],
        [2, float],
        [8, "table"],
        [9, new Uint8Array(values.buffer)],
      ],
    ],
    [11, valueInfo("input_ids", int64, ["B", "T"])],
    [11, valueInfo("attention_mask", int64, ["B", "T"])],
    [12, valueInfo("output", float, pool ? ["B", "H"] : ["B", "T", "H"])],
  ];
  return Uint8Array.from(
    message([
      [1, 8],
      [
        8,
        [
          [1, ""],
          [2, 13],
        ],
      ],
      [7, graph],
    ]),
  );
}
