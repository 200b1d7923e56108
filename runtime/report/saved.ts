// What a pass saved, in words: the same in the terminal and on the page.
import { figures } from '../../targets/contract/savings.ts';
import type { Saving } from '../../targets/contract/savings.ts';
import { countText, wholeText } from './quantities.ts';

const amountText = (amount: number): string => (amount < 1e6 ? wholeText(Math.round(amount)) : countText(amount));

/** One sentence, or none where nothing became smaller. */
export const savedText = (saved: readonly Saving[]): string[] => (saved.length === 0 ? [] : [`saves ${saved.map(({ what, before, after }) => `${figures[what]} ${amountText(before)} -> ${amountText(after)}`).join(', ')}`]);
