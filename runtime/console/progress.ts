// A progress bar on stderr where that is a terminal; elsewhere one line when a phase begins and one when it ends.

/** Work whose end nobody can foresee: its phases by name. */
export type Phases = Readonly<{ enter(phase: string): void; end(): void }>;
/** What takes no longer than this is not worth a line where nobody watches, in seconds. */
const briefSeconds = 30;

/** @param label what is being done. On a terminal one line that vanishes; elsewhere one line at the end of what took long. */
export function startPhases(label: string): Phases {
  const stream = process.stderr, isTerminal = stream.isTTY === true, started = performance.now();
  return {
    enter(phase) { if (isTerminal) stream.write(`\r\u001b[2K${label.padEnd(16)} ${phase}`); },
    end() {
      const seconds = (performance.now() - started) / 1000;
      if (isTerminal) stream.write('\r\u001b[2K');
      else if (seconds > briefSeconds) stream.write(`${label}: ${seconds.toFixed(1)} s\n`);
    },
  };
}

export type Progress = Readonly<{ update(done: number): void; end(): void }>;

/**
 * @param label what is being done
 * @param total samples
 */
export function startProgress(label: string, total: number): Progress {
  const stream = process.stderr, isTerminal = stream.isTTY === true, started = performance.now(), seconds = () => (performance.now() - started) / 1000;
  let shown = 0, last = 0;
  const draw = () => {
    const width = 28, filled = total > 0 ? Math.round((shown / total) * width) : width, rate = shown / Math.max(1e-3, seconds());
    const bar = '━'.repeat(filled) + '─'.repeat(width - filled), left = rate > 0 ? Math.ceil((total - shown) / rate) : 0;
    stream.write(`\r\u001b[2K${label.padEnd(16)} ${bar} ${shown}/${total}  ${rate.toFixed(1)}/s${left > 0 ? `  ${left} s left` : ''}`);
  };
  if (!isTerminal) stream.write(`${label}: ${total} samples\n`);
  return {
    update(done) {
      shown = done;
      if (isTerminal && (performance.now() - last > 80 || done === total)) { last = performance.now(); draw(); }
    },
    end() {
      if (isTerminal) { draw(); stream.write('\n'); }
      else stream.write(`${label}: ${shown} of ${total} samples in ${seconds().toFixed(1)} s\n`);
    },
  };
}
