// The main job: a trained Spikformer on 1,000 Fashion-MNIST images, from checkpoint to report.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { run } from '../../runtime/commands/run.ts';
import { run as execute } from '../../runtime/console/execute.ts';

// The data stays in examples/ while this code runs from dist/.
const folder = join(dirname(createRequire(import.meta.url).resolve('synfire/package.json')), 'examples', 'fashion'), file = (name: string) => join(folder, name);

await execute(() => run(file('model.pth'), { arch: file('arch.json'), data: file('images.idx.gz'), labels: file('labels.idx.gz'), samples: '1000', timingSamples: '20', out: 'synfire-report' }));
