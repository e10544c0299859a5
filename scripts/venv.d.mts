/** See venv.mjs; these types are for the tests. */
export declare const labPackages: string[];
export declare const testPackages: string[];
export declare function venvPythonIfReady(packages: string[]): string | undefined;
export declare function venvPython(packages: string[], log?: (line: string) => void): Promise<string>;
