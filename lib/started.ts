/**
 * What a run needs once its process may have been started, loaded as one while that starts: what
 * stands here costs a launch nothing, and one module more that is loaded before does.
 *
 * @module
 */
export { execute } from "./execute.ts";
export { noScreens } from "./runner/tee.ts";
export { completeFolder } from "./runs/complete.ts";
