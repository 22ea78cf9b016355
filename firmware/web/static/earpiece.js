// Plays the frames that come, in order, at the context's rate of 8 kHz. It waits for a little supply first, so that a late frame is not heard,
// and drops the oldest when too much piles up, so that a talk does not become slow.
const START_SAMPLES = 480; // 60 ms
const MOST_SAMPLES = 2400; // 300 ms

class Earpiece extends AudioWorkletProcessor {
  constructor() {
    super();
    this.forget();
    this.port.onmessage = ({ data }) => (data ? this.take(new Int16Array(data)) : this.forget());
  }

  forget() {
    this.frames = [];
    this.at = 0;
    this.supply = 0;
    this.playing = false;
  }

  take(frame) {
    this.frames.push(frame);
    this.supply += frame.length;
    while (this.supply > MOST_SAMPLES) this.drop();
    this.playing ||= this.supply >= START_SAMPLES;
  }

  drop() {
    this.supply -= this.frames.shift().length - this.at;
    this.at = 0;
  }

  process(_inputs, [[output]]) {
    let done = 0;
    while (this.playing && done < output.length) {
      if (!this.frames.length) {
        this.playing = false; // silence until there is a supply again
        break;
      }
      output[done++] = this.frames[0][this.at++] / 32768;
      this.supply -= 1;
      if (this.at === this.frames[0].length) {
        this.frames.shift();
        this.at = 0;
      }
    }
    return true;
  }
}

registerProcessor("earpiece", Earpiece);
