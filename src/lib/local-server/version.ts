/** Numbers of `2.10.27`, `v2.10.27` or a Debian version such as `2.10.27-1+b2`; what follows the numbers does not count. */
function numbers(version: string): number[] {
  return (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '').split('.').map(Number)
}

/** Order of two versions, as Array.sort wants it: 2.9.10 comes before 2.10.1. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference) return difference
  }
  return 0
}

/** Whether `version` is the wanted one, or one of the wanted series: `2.10` covers 2.10.27 but not 2.1.0 nor 2.100.0. */
export function coversVersion(wanted: string, version: string): boolean {
  const [series, given] = [numbers(wanted), numbers(version)]
  return series.every((number, i) => number === given[i])
}

/** The newest of the versions that `wanted` covers; of all without it. */
export function newestVersion(versions: string[], wanted?: string): string | undefined {
  return versions
    .filter((version) => wanted === undefined || coversVersion(wanted, version))
    .sort(compareVersions)
    .at(-1)
}
