// The engine's thread: takes {id, op, …}, gives {id, value} or {id, error}.

import { Engine } from "./engine.js";
import { unpackedJson, unpackedText } from "./packing.js";

export async function openEngine({ engine, data, back }) {
  const [wasm, text, rest] = await Promise.all([
    unpackedText(engine, "bytes"),
    unpackedText(data, "bytes"),
    unpackedJson(back),
  ]);
  return Engine.open(wasm, text, rest);
}

export function answer(engine, { op, ...given }) {
  if (!["ask", "card", "count", "described", "labelsIn", "near", "shift", "support"].includes(op)) {
    throw new Error(`no such operation: ${op}`);
  }
  return engine[op](given);
}

/** An error as plain data; `fatal` where the engine is not to be used again. */
export function plainError(error) {
  const fatal = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
  return { message: String(error?.message ?? error), fatal };
}

export function serve(scope) {
  let engine = null;
  scope.onmessage = async ({ data: { id, ...given } }) => {
    try {
      if (given.op === "ready") scope.postMessage({ id, value: true });
      else if (given.op === "open") {
        engine = await openEngine(given);
        scope.postMessage({ id, value: engine.store.size });
      } else scope.postMessage({ id, value: answer(engine, given) });
    } catch (error) {
      scope.postMessage({ id, error: plainError(error) });
    }
  };
}
