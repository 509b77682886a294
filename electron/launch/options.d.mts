/** Reads the arguments and the environment; throws a LaunchError for what is not known. `data` is an absolute folder. */
export declare function readOptions(
  args: readonly string[],
  env: Record<string, string | undefined>,
): { open: boolean; tills: number; data: string; tillPort: number | undefined };
