/** A stored item that is not what we wrote. Names the place, never the contents. */
export class DamagedItem extends Error {
  readonly place: string;

  constructor(place: string, problem: string) {
    super(`damaged item ${place}: ${problem}`);
    this.place = place;
  }
}
