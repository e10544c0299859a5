/** The kernel's logo: a pulse on a tile. Drawn from one description as SVG and, for the launcher, as PNG. */
import { crc32, deflateSync } from "node:zlib";

const tile = { colour: [11, 114, 133], radius: 14 }; // of a 64-unit square
const pulse = { points: [8, 34, 20, 34, 26, 22, 34, 46, 41, 28, 45, 34, 56, 34], width: 5 };

export function logoSvg(): string {
  const colour = `rgb(${tile.colour.join(" ")})`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="${tile.radius}" ` +
    `fill="${colour}"/><polyline points="${pulse.points.join(" ")}" fill="none" stroke="#fff" ` +
    `stroke-width="${pulse.width}" stroke-linecap="round" stroke-linejoin="round"/></svg>\n`
  );
}

/** RGBA, 8 bits a channel. https://www.w3.org/TR/png-3/ */
export function logoPng(size: number): Buffer {
  const scanlines = Buffer.alloc(size * (1 + size * 4)); // each line begins with its filter, 0: none
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++)
      scanlines.set(pixel(((x + 0.5) * 64) / size, ((y + 0.5) * 64) / size, 64 / size), y * (1 + size * 4) + 1 + x * 4);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(scanlines)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Colour at a point; edges fade over one pixel's `width`. */
function pixel(x: number, y: number, width: number): number[] {
  const cover = (distance: number) => Math.min(1, Math.max(0, 0.5 - distance / width)); // distance < 0 is inside
  const corner = 32 - tile.radius;
  const [dx, dy] = [Math.max(0, Math.abs(x - 32) - corner), Math.max(0, Math.abs(y - 32) - corner)];
  const alpha = cover(Math.hypot(dx, dy) - tile.radius);
  const { points } = pulse;
  let distance = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 3 < points.length; i += 2) {
    const [ax, ay, bx, by] = points.slice(i, i + 4);
    const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
    const t = Math.min(1, Math.max(0, along));
    distance = Math.min(distance, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)));
  }
  const white = cover(distance - pulse.width / 2);
  return [...tile.colour.map((c) => Math.round(c + (255 - c) * white)), Math.round(255 * alpha)];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
