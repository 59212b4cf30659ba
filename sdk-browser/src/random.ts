/** 128 random bits as 32 hexadecimal digits. Not `randomUUID`: that one is absent on pages without https. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => (byte + 256).toString(16).slice(1)).join('')
}
