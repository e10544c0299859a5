/** See chromium.mjs; these types are for the tests. */
export declare function findChromium(): string | undefined;
