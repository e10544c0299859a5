/** The package as its users see it: jobs know its functions by name alone, so that nothing here imports them. */
export const packageName = "medgym";

export const importPackage = (): Promise<Record<string, unknown>> => import(packageName);
