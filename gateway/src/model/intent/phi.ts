/**
 * erf(x) to about 1e-15, by the series of positive terms e^(−x²) · 2/√π · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)) (Abramowitz & Stegun 7.1.6):
 * nothing cancels, so it is as exact as the sum. Beyond 6 it is 1 to the last bit.
 */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size >= 6) return Math.sign(x)
  let term = size
  let sum = size
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * size * size) / (2 * n + 1)
    sum += term
  }
  return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum
}

/** Φ, the distribution function of the standard normal. */
export function normalCdf(x: number): number {
  return (1 + erf(x / Math.SQRT2)) / 2
}
