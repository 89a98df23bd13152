/** The page: opens the bundle, takes questions, shows answers. */

import { Assistant } from "./assistant";
import { keep } from "./kept";
import { adviceView } from "./page/advice";
import { element } from "./page/element";

const BUNDLE = "./bundle/";

const EXAMPLES = [
  "A matte foundation for oily skin under $40",
  "敏感肌用什么面霜？我对香精过敏",
  "I'm pregnant, which serum helps with dark spots?",
  "两百以内的哑光红色口红",
];

const find = <T extends Element>(selector: string): T => document.querySelector<T>(selector)!;
const status = find<HTMLElement>("#status");
const form = find<HTMLFormElement>("#ask");
const question = find<HTMLTextAreaElement>("#question");
const button = find<HTMLButtonElement>("#ask button");
const examples = find<HTMLElement>("#examples");
const output = find<HTMLElement>("#advice");

/** Puts the service worker between page and network first, so that everything read from now on is kept. */
async function goOffline(): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register("./worker.js");
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }),
      );
    }
    return true;
  } catch {
    return false; // a private window may refuse it; the page works, but only with its server
  }
}

function report(text: string, state: "ready" | "busy" | "failed"): void {
  status.textContent = text;
  document.body.dataset["state"] = state;
}

async function answer(assistant: Assistant, text: string): Promise<void> {
  button.disabled = true;
  output.setAttribute("aria-busy", "true");
  try {
    const advice = await assistant.consult(text);
    const view = adviceView(advice, assistant.tables);
    output.replaceChildren(view);
    examples.hidden = true;
    question.value = "";
    view.focus({ preventScroll: true }); // read out by a screen reader, and the keyboard gives way to the answer
    window.scrollTo({ top: 0 });
    // For a page that embeds this one: the whole answer as data.
    document.dispatchEvent(new CustomEvent("advice", { detail: advice }));
  } catch (error) {
    output.replaceChildren(element("p", { class: "caution" }, messageOf(error)));
  } finally {
    output.setAttribute("aria-busy", "false");
    button.disabled = false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function start(): Promise<void> {
  const offline = await goOffline();
  const assistant = await Assistant.load(BUNDLE, new URL("./wasm/", document.baseURI).href);
  const { name, languages } = assistant.bundle.manifest;
  if (offline) await keep(assistant.bundle.manifest, BUNDLE);
  const count = assistant.tables.products.length;
  report(`${name} · ${count} products · ${languages.join(", ")}${offline ? " · works offline" : ""}`, "ready");
  question.disabled = button.disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void answer(assistant, question.value);
  });
  question.addEventListener("keydown", (event) => {
    // While a Chinese input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  for (const text of EXAMPLES) {
    const example = element("button", { type: "button" }, text);
    example.addEventListener("click", () => {
      question.value = text;
      form.requestSubmit();
    });
    examples.append(example);
  }
  examples.hidden = false;
}

report("Opening the bundle…", "busy");
start().catch((error: unknown) => report(messageOf(error), "failed"));
