// What a host function is: a function of real numbers that no crossbar computes, stated once for the integer evaluation of a graph and for the simulator.

/** position: a result at a position needs the operand at that position; tokens: it needs all positions of the step. */
export type Reach = 'position' | 'tokens';
/** Size of one operand: positions of its plane, channels of one position. */
export type Operand = Readonly<{ positions: number; channels: number }>;
/** Constants by name, whole matrices row-major; a single number is an array of one. */
export type Constants = Readonly<Record<string, Float64Array>>;
/** Least and greatest value per channel. */
export type Bounds = Readonly<{ low: Float64Array; high: Float64Array }>;

export type HostFunction = Readonly<{
  /** How far a result looks into each operand. The result has the positions of the operands of reach `position`, which are alike. */
  operands: readonly Reach[];
  /** Names of all constants. */
  constants: readonly string[];
  /** Channels of the result, or one sentence that says what does not fit. That all constants are there and finite is known. */
  channels(operands: readonly Operand[], constants: Constants): number | string;
  /** Numbers that each position keeps from step to step; 0 before the first step of every sample. Absent: none. */
  state?(operands: readonly Operand[]): number;
  /** What a result cannot leave while the operands stay within their bounds; rounding of the last bits aside, which the stage clamps. */
  bounds(operands: readonly Bounds[], constants: Constants, sizes: readonly Operand[]): Bounds;
  /** Arithmetic of one position: additions, multiplications, divisions, comparisons, roots, exponentials and shares of a normal, each as one. What the report prices. */
  operations(operands: readonly Operand[], constants: Constants): number;
  /**
   * One position of one step.
   * @param operands [channels], or [positions, channels] where the reach is `tokens`: real values
   * @param result [channels], every entry written
   * @param state what `state` asked for, changed in place
   */
  run(operands: readonly Float64Array[], constants: Constants, result: Float64Array, state: Float64Array): void;
}>;

/** Declares a host function. */
export const hostFunction = (declared: HostFunction): HostFunction => declared;

/** Says that a constant must have a length, or undefined where it has. */
export const lengthWrong = (name: string, { [name]: constant }: Constants, wanted: number): string | undefined =>
  constant.length === wanted ? undefined : `constant "${name}" must have ${wanted} entries, has ${constant.length}`;
