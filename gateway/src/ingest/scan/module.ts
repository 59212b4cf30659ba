/** The part of the scanner that is WebAssembly: `gateway/wasm/scanner`, made by `npm run wasm`. */
import { readFileSync } from 'node:fs'

/** Names as the sources of it have them. */
export interface ScannerExports {
  scan(body: number, length: number, shape: number, isSingle: number, routeType: number): number
  /** 0 or 1. */
  isWide(): number
  askedCount(): number
  wordOf(start: number, length: number): number
  freeMember(shape: number, word: number): number
  readonly MEMBER_BYTES: WebAssembly.Global
  readonly SHAPE_BYTES: WebAssembly.Global
}

export const SCANNER_FILE = new URL('scanner.wasm', import.meta.url)

export function readScanner(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(SCANNER_FILE))
}

export function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
  given: { readonly [name: string]: number },
): ScannerExports {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory }, given })
  return instance.exports as unknown as ScannerExports
}
