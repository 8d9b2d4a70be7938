/** Which texts an app may show: ours, signed, of one person, each in its own mode. */

import type { Refusal } from "../ma-qr";
import { isIssued, parseIssued, type Issued } from "../../shared/offline/issued";
import { encode, Unencodable } from "../../shared/qr/encode";
import { stripLiving } from "../../shared/qr/living";

const MASK = "******";

/** Characters that a symbol of level M always holds, whatever they are. Source: ISO/IEC 18004. */
const SURELY = 2_000;

/** A text that may be shown, byte for byte as it was given. */
export interface Taken {
  /** Without its living code. */
  bare: string;
  /** The living code that came with it, or nothing. */
  token: string;
  document: string;
  name: string;
  born: string;
  qid: string;
  /** Null in a layout that came after this module: its unknown tokens are kept and not read. */
  issued: Issued | null;
}

/** The text in its mode, or why it can't be shown. */
export function take(given: string, mode: "signed" | "full"): Taken | Refusal {
  const text = given.trim();
  if (!isIssued(text)) return "qr.not-issued";
  const issued = parseIssued(text);
  const [document = "", name = "", born = "", , qid = "", ext = ""] = text.split("|");
  // A later layout is only shown; what it shows must be letters that hide nothing.
  if (!/^[ -~]+$/.test(text) || (!issued && ext.split("<")[5] === "v=1")) return "qr.layout";
  if (!/^[0-9]{155}$/.test(ext.split("<")[4] ?? "")) return "widget.unsigned";
  if (mode === "signed" && document !== MASK) return "widget.not-masked";
  if (mode === "full" && document === MASK) return "widget.not-full";
  const bare = stripLiving(text);
  if (bare.length > SURELY && !fits(bare + "<t=00000000000000")) return "qr.too-long";
  return { bare, token: text.slice(bare.length), document, name, born, qid, issued };
}

function fits(text: string): boolean {
  try {
    return Boolean(encode(text));
  } catch (error) {
    if (error instanceof Unencodable) return false;
    throw error;
  }
}
