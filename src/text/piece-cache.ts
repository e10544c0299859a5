import { IntList } from "./int-list.ts";

/**
 * Ids of pre-tokens met before: prose repeats its words. Bounded: what it holds does not grow with the texts that pass.
 */
export class PieceCache {
  /** Longer pre-tokens, in UTF-16 units, seldom come again. */
  static readonly longestPiece = 48;
  /** Pre-tokens remembered; then it begins anew. */
  static readonly entries = 1 << 16;
  // V8 copies shorter substrings; longer ones are slices that keep their whole text alive.
  static readonly #copiedLength = 13;
  /** Where in the pool a pre-token's ids begin: their number, then they themselves. */
  readonly #places = new Map<string, number>();
  readonly #pool = new IntList();

  get size(): number {
    return this.#places.size;
  }

  /** Appends the ids of a remembered pre-token; false when it is not known. */
  recall(piece: string, ids: IntList): boolean {
    if (piece.length > PieceCache.longestPiece) return false;
    const place = this.#places.get(piece);
    if (place === undefined) return false;
    ids.pushFrom(this.#pool, place + 1, place + 1 + this.#pool.at(place));
    return true;
  }

  /** Remembers ids[from…] as those of `piece`. */
  keep(piece: string, ids: IntList, from: number): void {
    if (piece.length > PieceCache.longestPiece) return;
    if (this.#places.size >= PieceCache.entries) {
      this.#places.clear();
      this.#pool.length = 0;
    }
    const key = piece.length < PieceCache.#copiedLength ? piece : Buffer.from(piece, "utf16le").toString("utf16le");
    this.#places.set(key, this.#pool.length);
    this.#pool.push(ids.length - from);
    this.#pool.pushFrom(ids, from, ids.length);
  }
}
