import { beforeAll, describe, expect, it } from "vitest";
import { signedBy, type LogKeys } from "./logkeys";

const ORIGIN = "log.test/motma";
const TEXT = `${ORIGIN}\n7\n${btoa("r".repeat(32))}\nat 2026-01-01T00:00:00+00:00\n`;
let keys: LogKeys;
let good: string;

function base64(...parts: Uint8Array[]): string {
  return btoa(parts.map((part) => String.fromCharCode(...part)).join(""));
}

/** As C2SP makes them; the hash only names the key. */
async function keyNamed(hash: string): Promise<{ vkey: string; note: string }> {
  const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign"])) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const text = new TextEncoder().encode(TEXT);
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, text));
  const four = Uint8Array.from(hash.match(/../g)!, (two) => Number.parseInt(two, 16));
  return {
    vkey: `${ORIGIN}+${hash}+${base64(Uint8Array.of(1), raw)}`,
    note: `${TEXT}\n— ${ORIGIN} ${base64(four, signature)}\n`,
  };
}

beforeAll(async () => {
  const [mine, other] = await Promise.all([keyNamed("01020304"), keyNamed("0a0b0c0d")]);
  keys = { origin: ORIGIN, log: [other.vkey, mine.vkey] };
  good = mine.note;
});

describe("the signature of a checkpoint", () => {
  it("holds under a published key", async () => {
    expect(await signedBy(good, keys, keys.log)).toBe("signed");
  });

  it("is told apart when this phone never saw the key", async () => {
    expect(await signedBy(good, keys, [keys.log[0]!])).toBe("new-key");
  });

  it("fails when the text, the origin or the key is another", async () => {
    expect(await signedBy(good.replace("\n7\n", "\n8\n"), keys, keys.log)).toBe("unsigned");
    expect(await signedBy(good, { ...keys, origin: "other" }, keys.log)).toBe("unsigned");
    expect(await signedBy(good, { ...keys, log: [keys.log[0]!] }, keys.log)).toBe("unsigned");
    expect(await signedBy(TEXT, keys, keys.log)).toBe("unsigned");
  });

  it("is looked for among those of witnesses", async () => {
    const witness = `— witness.test ${btoa("x".repeat(76))}\n`;
    const note = good.replace("\n\n", `\n\n${witness}`);
    expect(await signedBy(note, keys, keys.log)).toBe("signed");
  });
});
