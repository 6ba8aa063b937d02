// One program for both threads: the page, and the worker that it starts from its own text.

import { serve } from "./worker.js";
import { startPage } from "./page.js";

if (typeof document === "undefined") serve(self);
else startPage();
