/** The part of the Standard Schema interface (standardschema.dev, version 1) that is used here; zod, valibot and arktype have it. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

export type SchemaInput<S> = S extends StandardSchema<infer Input, unknown> ? Input : never;
export type SchemaOutput<S> = S extends StandardSchema<unknown, infer Output> ? Output : never;

/** A payload that its schema refuses: before it is sent, or when it arrives. */
export class PayloadInvalidError extends Error {
  override readonly name = 'PayloadInvalidError';
  constructor(
    where: string,
    readonly issues: readonly { readonly message: string; readonly path: string }[],
  ) {
    super(
      `the payload of ${where} is not valid: ${issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')}`,
    );
  }
}

/** @throws PayloadInvalidError */
export async function validated<Output>(schema: StandardSchema<unknown, Output>, value: unknown, where: string): Promise<Output> {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path = [] }) => ({
    message,
    path: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'),
  }));
  throw new PayloadInvalidError(where, issues);
}
