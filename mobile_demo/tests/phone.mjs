/**
 * Drives the built page in Chromium as a person with a phone would: one visit, then airplane mode.
 *
 *     node tests/phone.mjs < {"bundle", "chromium", "profile", "questions", "screenshots"} > {"answers", ...}
 *
 * Reads and prints JSON. `profile` is an empty folder; `screenshots` a folder, or null. The page's server is stopped after
 * the visit, and whatever the browser wants of other machines ends, and is counted, in a proxy that leads nowhere.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const PATIENCE = 60_000; // milliseconds; two shared cores compile the model in a few seconds
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const task = JSON.parse(readFileSync(0, "utf8"));
const [requests, told, outside] = [[], [], []];

const server = spawn(process.execPath, ["serve.mjs"], {
  env: { ...process.env, PORT: "0", MAKEUP_AI_BUNDLE: task.bundle },
  stdio: ["ignore", "pipe", "inherit"],
});
const [address] = await once(createInterface(server.stdout), "line");

const nowhere = createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", (data) => {
    outside.push(String(data).split("\r\n", 1)[0]);
    socket.destroy();
  });
}).listen(0, "127.0.0.1");
await once(nowhere, "listening");

const context = await chromium.launchPersistentContext(task.profile, {
  executablePath: task.chromium,
  headless: true,
  args: [...ARGUMENTS, `--proxy-server=127.0.0.1:${nowhere.address().port}`],
  ...PHONE,
});
context.on("request", (request) => requests.push(request.url()));
const page = context.pages()[0] ?? (await context.newPage());
page.setDefaultTimeout(PATIENCE);
page.on("console", (message) => message.type() === "error" && told.push(message.text()));
page.on("pageerror", (error) => told.push(String(error)));
page.on("requestfailed", (request) => told.push(`${request.url()} ${request.failure()?.errorText}`));

async function opened() {
  await page.waitForFunction(() => ["ready", "failed"].includes(document.body.dataset.state));
  const state = await page.evaluate(() => document.body.dataset.state);
  return { state, status: await page.locator("#status").innerText() };
}

async function picture(name) {
  if (task.screenshots)
    await page.screenshot({ path: join(task.screenshots, `${name}.png`), fullPage: name === "whole" });
}

/** Types a question, and returns the answer as data beside what the page shows of it. */
async function ask(question) {
  const heard = page.evaluate(
    () =>
      new Promise((resolve) => document.addEventListener("advice", ({ detail }) => resolve(detail), { once: true })),
  );
  await page.locator("#question").fill(question);
  await page.locator("#question").press("Enter");
  const { ranking, ...advice } = await heard;
  await page.waitForFunction(() => document.querySelector("#advice").getAttribute("aria-busy") === "false");
  const shown = await page.locator(".products ol > li").evaluateAll((items) =>
    items.map((item) => ({
      product_id: item.dataset.product,
      score: item.dataset.score,
      reasons: [...item.querySelectorAll(".reasons li")].map((reason) => reason.textContent),
    })),
  );
  const masks = await page
    .locator("[data-mask]")
    .evaluateAll((items) =>
      items.map(({ dataset }) => ({ kind: dataset.mask, subject: dataset.subject, count: Number(dataset.count) })),
    );
  const marked = await page.locator(".asked mark").allTextContents();
  return { ...advice, recommendations: ranking.recommendations, shown, masks, marked };
}

try {
  await page.goto(address);
  const first = await opened();
  await picture("first");
  server.kill();
  await once(server, "exit");
  let second = null;
  const answers = [];
  if (first.state === "ready") {
    await context.setOffline(true);
    await page.reload();
    second = await opened();
    for (const [index, question] of task.questions.entries()) {
      answers.push(await ask(question));
      await picture(String(index));
    }
  }
  console.log(JSON.stringify({ first, second, answers, told, requests, outside }));
} finally {
  server.kill();
  nowhere.close();
  await context.close();
}
