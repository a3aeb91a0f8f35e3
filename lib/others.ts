/**
 * What every verb but those that run one experiment needs, loaded as one (see run.ts): it keeps the
 * modules of a run few.
 *
 * @module
 */
export { explain } from "./explain.ts";
export { pack } from "./pack.ts";
export { rerun, runArchive } from "./rerun.ts";
export { resolve } from "./resolve.ts";
export { cancel } from "./sweep/cancel.ts";
export { runOnSlurm } from "./sweep/single.ts";
export { status } from "./sweep/status.ts";
export { sweep } from "./sweep/sweep.ts";
export { readSweepCommand } from "./sweep/words.ts";
export { verify } from "./verify.ts";
