/** The compiler's projects: node rooms, the window, and the domain without DOM or Node types. */
export declare const PROJECTS: readonly string[];

/** Compiles one project without writing anything: the compiler's messages, and how many own files it read. */
export declare function compileProject(project: string, root?: string): Promise<{ errors: string[]; files: number }>;
