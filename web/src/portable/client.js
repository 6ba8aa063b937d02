// The page's end of the engine: starts it, asks it, ends it when it takes too long.

import { fromBase64, unpackedText } from "./packing.js";
import { answer, openEngine, plainError } from "./worker.js";

const carried = (id) => document.getElementById(id).textContent;

export class TooLong extends Error {}
export class Stopped extends Error {}

export class Client {
  #worker = null;
  #local = null;
  #opened = null;
  #number = 0;
  #waiting = new Map();
  #payload = null;

  /** Resolves to the number of quads once the engine can be asked. */
  open() {
    this.#opened ??= this.#start();
    return this.#opened;
  }

  async #start() {
    this.#payload ??= {
      engine: fromBase64(carried("engine")),
      data: fromBase64(carried("data")),
      back: fromBase64(carried("back")),
    };
    const worker = await this.#makeWorker();
    if (worker) {
      this.#worker = worker;
      return this.#send({ op: "open", ...this.#payload });
    }
    this.#local = await openEngine(this.#payload);
    return this.#local.store.size;
  }

  /** A worker; null where the browser allows none on a page from a disk. */
  async #makeWorker() {
    try {
      const source = new Blob([carried("program")], { type: "text/javascript" });
      const url = URL.createObjectURL(source);
      const worker = new Worker(url);
      worker.onmessage = ({ data }) => this.#settle(data);
      const failed = new Promise((resolve) => {
        worker.onerror = () => resolve(false);
      });
      const ready = new Promise((resolve) => {
        this.#waiting.set(0, { resolve, reject: () => resolve(false) });
        worker.postMessage({ id: 0, op: "ready" });
      });
      if (await Promise.race([ready, failed])) {
        worker.onerror = (event) => this.#fail(event.message || "worker");
        return worker;
      }
    } catch {
      // the page asks by itself, and cannot be stopped meanwhile
    }
    return null;
  }

  /** Ask; ends the engine after `seconds`, or where `signal` is aborted, and starts it anew. */
  async ask(op, given, { seconds = 0, signal = null } = {}) {
    await this.open();
    signal?.throwIfAborted();
    if (this.#local) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      try {
        return answer(this.#local, { op, ...given });
      } catch (error) {
        throw new Error(plainError(error).message);
      }
    }
    return new Promise((resolve, reject) => {
      let timer = null;
      const stop = (error) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        reject(error);
        if (this.#waiting.delete(id)) this.#restart();
      };
      const aborted = () => stop(new Stopped());
      if (seconds) timer = setTimeout(() => stop(new TooLong()), seconds * 1000);
      signal?.addEventListener("abort", aborted);
      const done = (settle) => (value) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        settle(value);
      };
      const id = this.#post({ op, ...given }, { resolve: done(resolve), reject: done(reject) });
    });
  }

  #send(message) {
    return new Promise((resolve, reject) => this.#post(message, { resolve, reject }));
  }

  #post(message, waiting) {
    this.#number += 1;
    this.#waiting.set(this.#number, waiting);
    this.#worker.postMessage({ id: this.#number, ...message });
    return this.#number;
  }

  #settle({ id, value, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) {
      waiting?.reject(new Error(error.message));
      if (error.fatal) this.#restart();
    } else waiting?.resolve(value);
  }

  #fail(message) {
    for (const { reject } of this.#waiting.values()) reject(new Error(message));
    this.#waiting.clear();
    this.#restart();
  }

  /** End the engine; what else was asked meanwhile is stopped too. */
  #restart() {
    this.#worker?.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Stopped());
    this.#waiting.clear();
    this.#opened = this.#start();
    this.#opened.catch(() => {});
  }

  get canStop() {
    return this.#worker !== null;
  }

  /** The dataset as N-Quads. */
  dataset() {
    return unpackedText(fromBase64(carried("data")));
  }
}
