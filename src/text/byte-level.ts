/**
 * GPT-2's spelling of bytes as printable characters: printable Latin-1 stands for itself, the other bytes are moved to
 * U+0100 and up in order (so that space is "Ġ").
 */
export const byteToChar: readonly string[] = (() => {
  const printable = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
  let moved = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : moved++));
})();

const charToByte = new Map(byteToChar.map((char, byte) => [char, byte]));

/** Bytes of a token so spelled; of one that is not (an added token with a space), its UTF-8. */
export function bytesOfToken(token: string): Uint8Array {
  const bytes = Array.from(token, (char) => charToByte.get(char) ?? -1);
  return bytes.includes(-1) ? new TextEncoder().encode(token) : Uint8Array.from(bytes);
}
