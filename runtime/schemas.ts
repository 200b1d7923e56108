// The published JSON schemas: one row each, loaded when it is asked for.

export const schemas = {
  descriptor: async () => (await import('../compiler/frontend/json-schema.ts')).descriptorJsonSchema(),
  report: async () => (await import('./report/schema.ts')).reportJsonSchema(),
  attribute: async () => (await import('./attribute/schema.ts')).attributionJsonSchema(),
  check: async () => (await import('./check/schema.ts')).checkJsonSchema(),
} as const satisfies Readonly<Record<string, () => Promise<object>>>;
