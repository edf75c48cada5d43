import type {
  Permission,
  PermissionOutcome,
  PermissionRequest,
  QuestionOutcome,
  QuestionRequest,
} from '@pilotlight/protocol';
import { permissionOutcome, questionOutcome, recordedOutcome, type Outcome } from './permission-outcome.ts';

/**
 * The questions that an earlier server has asked in a turn, found again in the order in which its agent asks them again,
 * so that nobody is asked twice.
 */
export class AskedBefore {
  readonly #rows: Permission[];
  readonly #open: (id: string) => Promise<Outcome>;

  /** `rows`: of the turn, oldest first. `open`: the answer to come of one that is open. */
  constructor(rows: Permission[], open: (id: string) => Promise<Outcome>) {
    this.#rows = [...rows];
    this.#open = open;
  }

  /** null: it was never asked */
  permission({ toolCall }: PermissionRequest): Promise<PermissionOutcome> | null {
    const ofTool = ({ kind, toolCall: about }: Permission) =>
      kind === 'permission' && about?.id === toolCall.id;
    // One tool may ask twice, for different things; not every agent tells again what was answered.
    const row =
      this.#take((one) => ofTool(one) && one.toolCall?.title === toolCall.title) ??
      this.#take((one) => ofTool(one) && one.state === 'pending');
    return row && this.#outcome(row).then(permissionOutcome);
  }

  /** null: it was never asked */
  question({ message }: QuestionRequest): Promise<QuestionOutcome> | null {
    const row = this.#take((one) => one.kind === 'question' && one.title === message);
    return row && this.#outcome(row).then(questionOutcome);
  }

  #take(isIt: (row: Permission) => boolean): Permission | null {
    const index = this.#rows.findIndex(isIt);
    return index < 0 ? null : (this.#rows.splice(index, 1)[0] ?? null);
  }

  #outcome(row: Permission): Promise<Outcome> {
    return row.state === 'pending' ? this.#open(row.id) : Promise.resolve(recordedOutcome(row));
  }
}
