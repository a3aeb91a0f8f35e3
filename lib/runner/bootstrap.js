// Runs in the experiment's process: reads the call that expyrun wrote into the experiment folder,
// imports the entry point's module and makes the call. The process then ends by itself.
//
// Nothing here awaits the experiment, and the call is queued rather than made: so no frame of
// this file stands in the stack of the experiment's errors.

// In the compiled binary the text is already here, and this file stands elsewhere.
const given = Symbol.for("expyrun.call");
const handed = JSON.parse(globalThis[given] ?? handedText());
delete globalThis[given];
const { call } = handed;
const delivery = handed.delivery.sealed ? await opened(handed.delivery) : handed.delivery;
for (const name of call.unset) unset(name);
const label = `"${call.module}"`;

/** What was started ahead waits until expyrun, when all is written, gives up its lock. */
function handedText() {
  const parent = Deno.ppid;
  const file = waitingFile(parent);
  file?.lockSync();
  file?.close();
  if (Deno.ppid !== parent) Deno.exit(137); // Expyrun is gone.
  return Deno.readTextFileSync(".expyrun/call.json");
}

function waitingFile(parent) {
  const waiting = `waiting-${parent}`;
  try {
    // Looked for first: the first error of a process takes Deno 0.7 ms.
    const isThere = Array.from(Deno.readDirSync(".expyrun")).some(({ name }) => name === waiting);
    return isThere ? Deno.openSync(`.expyrun/${waiting}`) : undefined;
  } catch {
    return undefined; // There is nothing to wait for.
  }
}

/** What JSON lacks: null stands in its place in the configuration. */
const special = {
  "nan": () => NaN,
  "inf": () => Infinity,
  "-inf": () => -Infinity,
  "-0": () => -0,
  "bigint": (text) => BigInt(text),
};

for (const [path, kind, text] of delivery.special) {
  let owner = delivery.config;
  for (const key of path.slice(0, -1)) owner = owner[key];
  owner[path.at(-1)] = special[kind](text);
}

/** What holds secrets is encrypted; the key is gone before the experiment begins. */
async function opened({ sealed, nonce }) {
  const name = "EXPYRUN_CALL_KEY";
  const raw = Uint8Array.fromBase64(Deno.env.get(name));
  Deno.env.delete(name);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const iv = Uint8Array.fromBase64(nonce);
  const data = Uint8Array.fromBase64(sealed);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data);
  return JSON.parse(new TextDecoder().decode(plain));
}

function unset(name) {
  try {
    Deno.env.delete(name);
  } catch {
    // An experiment that may not see it.
  }
}

function fail(message, hint, code) {
  console.error(`error: ${message}` + (hint ? `\n  = hint: ${hint}` : ""));
  Deno.exit(code);
}

/** The export that was most likely meant: at most a third of its letters differ. */
function nearest(names) {
  const near = names
    .map((name) => ({ name, distance: distance(call.function.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.min(3, name.length / 3)));
  return near.sort((a, b) => a.distance - b.distance)[0]?.name;
}

/** Letters to change, insert, remove or swap with the next. */
function distance(a, b) {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}

/** The function to call; ends the process with expyrun's own exit code if there is none. */
function entryPoint(module) {
  const names = Object.keys(module);
  if (!names.includes(call.function)) {
    const near = nearest(names);
    const listed = names.length > 0 ? `Its exports: ${names.join(", ")}` : "It has no exports";
    fail(
      `Cannot run "${call.name}": ${label} has no export "${call.function}"`,
      near === undefined ? listed : `Did you mean "${near}"?`,
      125,
    );
  }
  const found = module[call.function];
  if (typeof found === "function") {
    if (!/^(?:Async)?Generator/.test(found.constructor?.name)) return found;
    fail(
      `Cannot run "${call.name}": "${call.function}" of ${label} is a generator, of which nothing runs`,
      "Write it without the *",
      125,
    );
  }
  const kind = found === null ? "null" : typeof found;
  fail(
    `Cannot run "${call.name}": "${call.function}" of ${label} is no function but ${kind}`,
    "",
    125,
  );
}

// A process whose work has run out ends, though the entry point may still wait for a promise that
// nothing will resolve: that is no success. To listen takes a millisecond: only what is not done after
// some turns of the microtask queue waits for that.
let settled = true;
const turns = 8;

async function watchEnd() {
  for (let i = 0; i < turns; i++) await undefined;
  if (settled) return;
  addEventListener("beforeunload", () => settled || addEventListener("unload", tellUnsettled));
}

function tellUnsettled() {
  if (settled) return;
  console.error(`error: Cannot finish ${label}: "${call.function}" waits for what never happens`);
  Deno.exitCode = 1;
}

// Modules that are neither of the copy nor locked, and those of copied packages, are noted as soon
// as one is loaded: a run that is killed must have told of them. Only where the code may load any: the
// hook costs 15 ms.
const foreign = new Set();
const noted = new Set();
let running = false;
if (call.watch) {
  const { inside, packages, log, strict } = call.watch;
  process.getBuiltinModule("node:module").registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const { url } = resolved;
      if (!url.startsWith("file:") || noted.has(url)) return resolved;
      const isIn = (prefix) => url.startsWith(prefix);
      // A separator that is written as a number may lead anywhere.
      const isForeign = /%2f|%5c/i.test(url) || !inside.some(isIn);
      if (!isForeign && !packages.some(isIn) || !mayLoad(url)) return resolved;
      noted.add(url);
      note(log, url, isForeign);
      if (isForeign) foreign.add(url);
      if (isForeign && strict && running) {
        throw new Error(`Cannot load "${url}": it is neither copied nor locked`);
      }
      return resolved;
    },
  });
}

/**
 * What is not there is not loaded: the import fails by itself. For what may not be read it does so
 * under `deno run` alone: the loader of a binary asks nobody.
 */
function mayLoad(url) {
  try {
    Deno.statSync(new URL(url));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return !(error instanceof Deno.errors.NotFound);
  }
}

function note(log, url, isForeign) {
  try {
    Deno.writeTextFileSync(log, `${url}\n`, { append: true });
  } catch {
    if (!isForeign) return; // The folder lists all files of the package.
    console.error(`warning: Loading "${url}", which is neither copied nor locked`);
  }
}

/** Under --strict nothing runs that the folder cannot vouch for. */
function refuseForeign() {
  if (!call.watch?.strict || foreign.size === 0) return;
  const [first] = foreign;
  fail(
    `Cannot run "${call.name}": it loads "${first}", which is neither copied nor locked`,
    "Name it in __include__, or run without --strict",
    125,
  );
}

// Only where no shell watches expyrun: a timer sees nothing while the experiment is busy.
if (call.parent !== undefined) {
  Deno.unrefTimer(setInterval(() => Deno.ppid === call.parent || Deno.exit(137), 1000));
}

import(call.url).then((module) => {
  refuseForeign();
  const run = entryPoint(module).bind(undefined, call.name);
  running = true;
  settled = false;
  watchEnd();
  return Promise.resolve(delivery.config).then(run).finally(() => settled = true);
});
