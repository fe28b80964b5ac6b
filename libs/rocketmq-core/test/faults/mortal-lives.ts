import type { MortalProcess } from './mortal-process.js';
import { type DeadlyPoint } from './mortal-process.js';

/** Starts a process that dies at the point; undefined: one that lives on. */
export type Birth = (deadly: DeadlyPoint | undefined) => MortalProcess;

/** Processes that take each other's place when they die where they were told to. */
export class MortalLives {
  /** The points at which a process died. */
  readonly deaths: string[] = [];
  /** Processes that ended in another way. */
  readonly faults: string[] = [];
  private readonly living = new Set<MortalProcess>();
  private readonly all: Promise<void>[] = [];
  private ended = false;

  /** @param onDeath called when a process died where it was told to */
  constructor(
    private deadlyLeft: number,
    private readonly onDeath: () => void = () => undefined,
  ) {}

  /** Whether some are still to die. */
  get isMortal(): boolean {
    return this.deadlyLeft > 0;
  }

  /** One process after the other, each with its point; the last one lives until the end. */
  begin(points: readonly DeadlyPoint[], birth: Birth): void {
    this.all.push(this.live(points, birth));
  }

  async end(): Promise<void> {
    this.ended = true;
    await Promise.all([...this.living].map((mortal) => mortal.kill()));
    await Promise.all(this.all);
  }

  private async live(points: readonly DeadlyPoint[], birth: Birth): Promise<void> {
    for (const deadly of [...points, undefined]) {
      if (this.isEnded()) return;
      const mortal = birth(deadly);
      this.living.add(mortal);
      const signal = await mortal.died;
      this.living.delete(mortal);
      if (this.isEnded()) return;
      if (deadly === undefined || signal !== 'SIGKILL') {
        this.faults.push(`a process ended by itself with ${signal}: ${mortal.complaints}`);
        return;
      }
      this.deaths.push(deadly.point);
      this.onDeath();
      this.deadlyLeft -= 1;
    }
  }

  private isEnded(): boolean {
    return this.ended;
  }
}
