// A progress bar on stderr where that is a terminal; one line at the end of each phase elsewhere.

export type Progress = Readonly<{ update(done: number): void; end(): void }>;

/**
 * @param label what is being done
 * @param total samples
 * @param quiet prints nothing at all (--json in scripts)
 */
export function startProgress(label: string, total: number, quiet: boolean): Progress {
  const stream = process.stderr, isTerminal = stream.isTTY === true && !quiet, started = performance.now();
  let shown = 0, last = 0;
  const rate = () => shown / Math.max(1e-3, (performance.now() - started) / 1000);
  const draw = () => {
    const width = 28, filled = total > 0 ? Math.round((shown / total) * width) : width, left = rate() > 0 ? Math.ceil((total - shown) / rate()) : 0;
    stream.write(`\r\u001b[2K${label.padEnd(16)} ${'━'.repeat(filled)}${'─'.repeat(width - filled)} ${shown}/${total}  ${rate().toFixed(1)}/s${left > 0 ? `  ${left} s left` : ''}`);
  };
  return {
    update(done) {
      shown = done;
      if (isTerminal && (performance.now() - last > 80 || done === total)) { last = performance.now(); draw(); }
    },
    end() {
      if (isTerminal) { draw(); stream.write('\n'); }
      else if (!quiet) stream.write(`${label}: ${shown} of ${total} samples in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    },
  };
}
