/** Names that the cells share: properties of the global object, declared again as often as cells like. */

/** Makes each name a plain writable property, with the value that it has. */
export function declareGlobals(names: string[], fresh: string[]): void {
  for (const name of names) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (descriptor && "value" in descriptor && descriptor.writable && !fresh.includes(name)) continue;
    const value = fresh.includes(name) ? undefined : (globalThis as Record<string, unknown>)[name];
    Object.defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true });
  }
}

/** From here on, assigning to these throws, as to any `const`. */
export function makeConstant(names: string[]): void {
  for (const name of names) Object.defineProperty(globalThis, name, { writable: false });
}

/** A name whose value is read from a module at each use: for closures compiled before the import was. */
export function defineImport(name: string, read: () => unknown): void {
  Object.defineProperty(globalThis, name, { get: read, enumerable: true, configurable: true });
}

export function setHidden(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
}
