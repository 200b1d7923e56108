// One short line out of whatever an engine throws: no stack, no path of this machine.

const longest = 120;

const codeOf = (error: unknown): string | undefined => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined);

/** @param packageName the package whose absence is an ordinary state, not an error */
export function reasonOf(error: unknown, packageName = ''): string {
  const message = error instanceof Error ? error.message : String(error), code = codeOf(error);
  const isAbsent = (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && new RegExp(`package ['"]?${packageName}|module ['"]?${packageName}`, 'i').test(message);
  if (packageName !== '' && isAbsent) return 'is not installed';
  // The text that tfjs-node throws at import when its install script did not run.
  if (message.includes('native addon module')) return 'its native addon is not built';
  const line = message.split('\n')[0].replace(/(?:file:\/\/)?(?:[A-Za-z]:)?(?:[\\/][^\\/\s'":,;()]+){2,}[\\/]?/g, '...').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 3)}...`;
}
