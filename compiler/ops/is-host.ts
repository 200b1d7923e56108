// Whether a node runs on the host.
import type { HostName } from '../../targets/contract/host/index.ts';
import type { OpTable } from '../ir/define-op.ts';
import type { Node } from '../ir/types.ts';
import { ops } from './index.ts';

const table: OpTable = ops;
export const isHost = (node: Node): node is Node<HostName> => table[node.kind].form === 'host';
