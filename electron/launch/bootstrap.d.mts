/** The folder of the clone, with a slash at its end. */
export declare const ROOT: string;

/** A failure that a person can act on: its message is one sentence, to be printed without a stack. */
export declare class LaunchError extends Error {
  constructor(message: string);
}

/** Runs a launch script's main function: one sentence and exit code 1 for a LaunchError, a stack for a bug. */
export declare function launch(main: () => Promise<number | void>): Promise<void>;

/** Installs what package-lock.json names when node_modules lacks it; answers whether anything was installed. */
export declare function ensureDependencies(say?: (line: string) => void): Promise<boolean>;

/** The absolute path of the Node that this project pins. */
export declare function pinnedNode(): string;

/** Whether the running Node is the pinned one. */
export declare function onPinnedNode(): boolean;

/** The environment for child processes: the pinned Node and the installed commands first on the path. */
export declare function childEnvironment(): NodeJS.ProcessEnv;

/** Runs a script on the pinned Node with this process's input and output; answers its exit code. */
export declare function runPinned(script: string, args: string[]): Promise<number>;

/** Runs a command with this process's input and output; answers its exit code. */
export declare function runCommand(command: string, args: string[]): Promise<number>;
