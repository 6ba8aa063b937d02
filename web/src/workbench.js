// The query field as an editor: highlighting, completion from what the graph holds, marked errors.
// The field of the form stays and is what is sent; the editor lives in a shadow root, whose styles
// are adopted sheets, so that the page's policy (no inline style) holds.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, LanguageSupport, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { styleTags, tags } from "@lezer/highlight";
import { SparqlLanguage } from "codemirror-lang-sparql";
import { completing } from "./completion.js";

const form = document.querySelector("form.bench");
const area = form.querySelector("textarea");
const zh = document.documentElement.lang.startsWith("zh");

const look = EditorView.theme({
  "&": { fontSize: "15px", color: "var(--ink)", backgroundColor: "transparent", maxHeight: "60vh" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.65", minHeight: "16rem" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--accent-wash)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--link) 25%, transparent)",
  },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "8px" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "18rem" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--link)", color: "var(--paper)" },
  ".cm-completionDetail": { color: "inherit", opacity: ".8", fontStyle: "normal", marginLeft: "1em" },
  ".cm-completionIcon": { display: "none" },
  // the package's own wave is a picture in the style, which the page's policy refuses
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--violation)", backgroundColor: "var(--v-wash)" },
  ".cm-lintPoint-error:after": { borderBottomColor: "var(--violation)" },
  ".cm-matchingBracket": { backgroundColor: "var(--g-wash)", outline: "1px solid var(--good)" },
});
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--s3)" },
  { tag: tags.string, color: "var(--s2)" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--link)" },
  { tag: [tags.integer, tags.float, tags.bool], color: "var(--s1)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: tags.annotation, color: "var(--s5)" },
]);

// where what is typed takes the place of marked text, the browser would copy the look of that text
// into an inline style, which the page's policy refuses: the editor does it instead
const replacing = EditorView.domEventHandlers({
  beforeinput: ({ inputType, data }, editor) => {
    const { from, to, empty } = editor.state.selection.main;
    if (inputType !== "insertText" || !data || empty || editor.composing) return false;
    const typed = () =>
      editor.state.update(editor.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = editor.state.facet(EditorView.inputHandler); // brackets go around what is marked
    if (!handlers.some((handle) => handle(editor, from, to, data, typed))) editor.dispatch(typed());
    return true;
  },
});

// the package leaves prefixed names plain
const names = styleTags({ "Pname_ln Pname_ns": tags.url, A_predicate: tags.keyword, Langtag: tags.annotation });
const language = new LanguageSupport(SparqlLanguage.configure({ props: [names] }));
const host = document.createElement("div");
host.className = "code";
area.after(host);
const root = host.attachShadow({ mode: "open" });
const send = () => {
  area.value = view.state.doc.toString();
  form.requestSubmit();
  return true;
};
const view = new EditorView({
  root,
  parent: root,
  state: EditorState.create({
    doc: area.value,
    extensions: [
      lineNumbers(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(),
      closeBrackets(), replacing, highlightActiveLine(), language, syntaxHighlighting(colours), look,
      autocompletion({ override: [completing(form.dataset.terms, form.dataset.suggest, zh)] }),
      // Tab leaves the field, as keyboard users need
      keymap.of([{ key: "Mod-Enter", run: send }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": zh ? "查询（SPARQL）" : "Query (SPARQL)" }),
      EditorView.updateListener.of((update) => update.docChanged && (area.value = update.state.doc.toString())),
    ],
  }),
});
area.hidden = true;
area.tabIndex = -1;

const { line, column, error } = form.dataset;
if (line && error && Number(line) <= view.state.doc.lines) {
  const start = view.state.doc.line(Number(line));
  const offset = [...start.text].slice(0, Number(column) - 1).join("").length; // columns are code points
  const from = Math.min(start.from + offset, start.to);
  view.dispatch(
    setDiagnostics(view.state, [{ from, to: Math.min(from + 1, view.state.doc.length), severity: "error", message: error }]),
    { selection: { anchor: from } },
  );
}

form.addEventListener("submit", () => {
  area.value = view.state.doc.toString();
  // an address longer than this is cut by some servers: then the query travels in the body
  form.method = area.value.length > 4000 ? "post" : "get";
});

const stored = form.querySelector("select[data-stored]");
stored.addEventListener("change", async () => {
  if (!stored.value) return;
  const answer = await fetch(stored.value);
  const text = answer.ok ? await answer.text() : "";
  if (text) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
});
form.querySelector(".nojs").hidden = true;
