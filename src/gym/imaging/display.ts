import { type Displayable, displaySymbol, type MimeBundle } from "../../core/display.ts";
import { type PictureSpec, render } from "./picture.ts";
import { encodePng } from "./png.ts";

/** A picture that draws itself as the last line of a cell; `png` is the file. */
export class Picture implements Displayable {
  readonly name: string;
  readonly spec: PictureSpec;

  constructor(name: string, spec: PictureSpec) {
    this.name = name;
    this.spec = spec;
  }

  get png(): Uint8Array {
    return encodePng(render(this.spec));
  }

  /** For pages and for models that see: `data:image/png;base64,…`. */
  get url(): string {
    return `data:image/png;base64,${Buffer.from(this.png).toString("base64")}`;
  }

  [displaySymbol](): MimeBundle {
    const raster = render(this.spec);
    const { width, height } = raster;
    return {
      "image/png": Buffer.from(encodePng(raster)).toString("base64"),
      "text/plain": `${this.name}, ${width}×${height} pixels`,
    };
  }
}

/** `picture({ modality: "chest film", seed: 1, quality: "adequate", lesions: [] })` as the last line of a cell. */
export function picture(spec: PictureSpec, name: string = spec.modality): Picture {
  return new Picture(name, spec);
}
