/** The page's own labels. What the assistant says comes from the bundle's phrases instead. */

import type { Language } from "../schema";

const WORDS = {
  understood: { en: "What I understood", zh: "我的理解" },
  nothing: { en: "No need named", zh: "没有提到需求" },
  unknown: { en: "not in the lexicon", zh: "词表中没有" },
  products: { en: "For you", zh: "为你推荐" },
  none: { en: "Nothing in the catalogue fits.", zh: "目录中没有合适的产品。" },
  score: { en: "Score", zh: "得分" },
  sponsored: { en: "Sponsored", zh: "推广" },
  sum: { en: "The whole sum", zh: "完整算式" },
  hidden: { en: "Not shown", zh: "未展示" },
  hidden_count: { en: "{count} products, and why", zh: "{count} 款产品及原因" },
  because: { en: "not shown because {why}", zh: "未展示，因为{why}" },
  more: { en: "and {count} more", zh: "另有 {count} 款" },
  beyond: {
    en: "The full assistant words an answer to this kind of question. This page ranks products; here is what fits what you named.",
    zh: "这类问题由完整版助手组织回答。本页只做产品排序，以下是符合你所提需求的产品。",
  },
  milliseconds: { en: "{ms} ms on this device", zh: "本机用时 {ms} 毫秒" },
  sure: { en: "{percent} % sure", zh: "把握 {percent}%" },
} as const;

export type Word = keyof typeof WORDS;

export function word(key: Word, language: Language, fields: Record<string, string | number> = {}): string {
  return WORDS[key][language].replace(/\{(\w+)\}/g, (_, name: string) => String(fields[name]));
}
