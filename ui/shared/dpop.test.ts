import { expect, test } from "vitest";
import { newDeviceKey, prove, publicJwk } from "./dpop";
import { uuid7 } from "./encoding";

function read(part: string | undefined): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytesOf(part)));
}

function bytesOf(part: string | undefined): Uint8Array<ArrayBuffer> {
  const binary = atob((part ?? "").replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

test("the private half of a device key can never be read", async () => {
  const pair = await newDeviceKey();
  expect(pair.privateKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey("jwk", pair.privateKey)).rejects.toThrow();
});

test("a proof names method, address without query, moment and token, and is signed", async () => {
  const pair = await newDeviceKey();
  const url = "https://gate.example/v1/scans?x=1#y";
  const jws = await prove(pair, { method: "POST", url, issuedAt: 1_700_000_000, token: "abc" });
  const [header, payload, signature] = jws.split(".");
  expect(read(header)).toEqual({ typ: "dpop+jwt", alg: "ES256", jwk: await publicJwk(pair) });
  expect(read(payload)).toMatchObject({
    htm: "POST",
    htu: "https://gate.example/v1/scans",
    iat: 1_700_000_000,
    // SHA-256 of "abc": FIPS 180-2, appendix B.1.
    ath: "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
  });
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  expect(await crypto.subtle.verify(algorithm, pair.publicKey, bytesOf(signature), signed)).toBe(true);
});

test("two proofs of the same request differ, so that a replay shows", async () => {
  const pair = await newDeviceKey();
  const request = { method: "GET", url: "https://gate.example/", issuedAt: 1 };
  const jti = async (): Promise<unknown> => read((await prove(pair, request)).split(".")[1])["jti"];
  expect(await jti()).not.toEqual(await jti());
});

test("a scan id carries its moment", () => {
  const id = uuid7(Date.parse("2022-01-05T00:00:00Z"), new Uint8Array(10));
  expect(id).toBe("017e2789-0c00-7000-8000-000000000000");
});
