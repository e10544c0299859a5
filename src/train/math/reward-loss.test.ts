import { expect, it } from "vitest";
import { expectGradient } from "./math.test-helper.ts";
import { rewardLoss } from "./reward-loss.ts";

const floats = (...values: number[]) => Float64Array.from(values);

it("is −log σ(r_c − r_r − m), and the squared sum of the rewards beside it", () => {
  // σ(ln 3) = 3/4, σ(0) = 1/2, σ(−ln 3) = 1/4; sums 1 + ln 3 …
  const ln3 = Math.log(3);
  const inputs = { chosen: floats(ln3, 1, 0), rejected: floats(0, 0, 0), margins: floats(0, 1, ln3) };
  const plain = rewardLoss(inputs);
  expect(plain.loss).toBeCloseTo(-(Math.log(3 / 4) + Math.log(1 / 2) + Math.log(1 / 4)) / 3, 12);
  [-1 / 4, -1 / 2, -3 / 4].forEach((slope, i) => {
    expect(plain.dChosen[i]).toBeCloseTo(slope / 3, 6);
    expect(plain.dRejected[i]).toBeCloseTo(-slope / 3, 6);
  });
  const centred = rewardLoss(inputs, { centerCoefficient: 0.1 });
  expect(centred.loss).toBeCloseTo(plain.loss + (0.1 * (ln3 ** 2 + 1)) / 3, 12);
  expect(rewardLoss(inputs, {}, 6).loss).toBeCloseTo(plain.loss / 2, 12); // a half of a step of six
});

it("its gradient is that of the loss, by differences", () => {
  const [chosen, rejected, margins] = [floats(0.3, -1, 2), floats(0.1, 0.4, -3), floats(0, 0.5, 0.2)];
  const options = { centerCoefficient: 0.05 };
  const { dChosen, dRejected } = rewardLoss({ chosen, rejected, margins }, options);
  expectGradient(chosen, dChosen, (x) => rewardLoss({ chosen: x, rejected, margins }, options).loss);
  expectGradient(rejected, dRejected, (x) => rewardLoss({ chosen, rejected: x, margins }, options).loss);
});

it("far margins stay finite", () => {
  const far = (r: number) => rewardLoss({ chosen: floats(r), rejected: floats(0), margins: floats(0) });
  expect(far(1e4).loss).toBe(0);
  expect(far(-1e4).loss).toBe(1e4);
  expect(far(-1e4).dChosen[0]).toBe(-1);
});
