/** Bytes of a file that grow and shrink. */
export class Content {
  #buffer: Buffer;
  #length: number;

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#buffer = Buffer.from(bytes);
    this.#length = bytes.length;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Writes at an offset; what lies between the end and it is zero. */
  write(at: number, data: Uint8Array): void {
    if (at + data.length > this.#length) this.resize(at + data.length);
    this.#buffer.set(data, at);
  }

  resize(length: number): void {
    if (length > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(length, this.#buffer.length * 2, 4_096));
      larger.set(this.bytes);
      this.#buffer = larger;
    }
    // What was cut off must not come back when the file grows again.
    if (length < this.#length) this.#buffer.fill(0, length, this.#length);
    this.#length = length;
  }
}
