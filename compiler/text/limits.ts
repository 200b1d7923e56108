// Caps on a text: it is untrusted, and must be refused in bounded time and memory.

/** named: values of all constants that a text takes from a checkpoint by key; classes: names of classes. characters: outside quoted texts (a token costs some hundred bytes); values: of all constants together; elements: of one value over all steps. */
export const limits = { characters: 2 ** 21, values: 2 ** 24, elements: 2 ** 27, steps: 1024, faults: 100, named: 2 ** 27, classes: 65_536 } as const;
